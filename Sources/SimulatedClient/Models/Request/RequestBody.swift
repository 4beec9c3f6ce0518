import CSodium
import Link
import StudyProtocol

/// The body of a request to `chat/completions`.
struct RequestBody: Sendable {
    /// As it is sent, keys in order.
    let text: String
    /// SHA-256 of it without the members that only say how the answer is carried.
    let promptHash: String
    /// Tokens that it could have at most.
    let mostTokens: Int
    /// About how many it has.
    let likelyTokens: Int
    /// Tokens that the answer may have.
    let mostAnswerTokens: Int

    init(_ request: ModelRequest, plan: ModelPlan, dialect: ModelDialect) {
        var messages = request.messages
        mostAnswerTokens = max(1, min(request.maximumTokens ?? plan.maximumTokens, 10_000_000))
        var members: [String: JSONValue] = [
            "model": .string(plan.name), "temperature": .real(plan.temperature),
            dialect.tokensField: .integer(Int64(mostAnswerTokens)),
        ]
        if let seed = plan.seed { members["seed"] = .integer(Int64(seed)) }
        if let schema = request.schema {
            switch dialect.format {
            case .schema:
                var form: [String: JSONValue] = [
                    "name": .string(Self.schemaName(request.schemaName)), "schema": schema,
                ]
                if Self.isStrict(schema) { form["strict"] = true }
                members["response_format"] = .object([
                    "type": "json_schema", "json_schema": .object(form),
                ])
            case .object:
                members["response_format"] = .object(["type": "json_object"])
                Self.ask(for: schema, in: &messages)
            case .plain: Self.ask(for: schema, in: &messages)
            }
        }
        members["messages"] = .array(
            messages.map {
                .object(["role": .string($0.role.rawValue), "content": .string($0.content)])
            })
        promptHash = Self.sha256(JSONValue.object(members).serialised)
        if dialect.streams {
            members["stream"] = true
            if dialect.reportsUsage {
                members["stream_options"] = .object(["include_usage": true])
            }
        }
        text = JSONValue.object(members).text
        // Roles and separators are tokens too; no known template has more than 16 a message.
        let words = messages.map(\.content).joined() + (request.schema?.text ?? "")
        mostTokens = TokenEstimate.most(words) + 16 * (messages.count + 1)
        likelyTokens = TokenEstimate.likely(words) + 8 * messages.count
    }

    /// Says in words what the server cannot be told. Many templates of local models allow one
    /// message of the system, at the beginning.
    private static func ask(for schema: JSONValue, in messages: inout [ModelMessage]) {
        let words =
            "Answer with one JSON value that fits this JSON Schema, and with nothing else: no code "
            + "fence, no explanation.\n\(schema.text)"
        if messages.first?.role == .system {
            messages[0].content += "\n\n" + words
        } else {
            messages.insert(ModelMessage(role: .system, content: words), at: 0)
        }
    }

    private static func schemaName(_ name: String) -> String {
        let allowed = name.map {
            $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_") ? $0 : "_"
        }
        return allowed.isEmpty ? "answer" : String(String(allowed).prefix(64))
    }

    /// Whether each object says that it has all of its properties and no others, which OpenAI's strict
    /// mode demands.
    private static func isStrict(_ schema: JSONValue, depth: Int = 0) -> Bool {
        guard depth < 32 else { return false }
        if case .object(let properties)? = schema["properties"] {
            let required = Set(schema["required"]?.array?.compactMap(\.string) ?? [])
            guard schema["additionalProperties"] == .bool(false),
                Set(properties.keys) == required
            else { return false }
            return properties.values.allSatisfy { isStrict($0, depth: depth + 1) }
        }
        if schema["type"]?.string == "object" { return false }
        return schema["items"].map { isStrict($0, depth: depth + 1) } ?? true
    }

    private static func sha256(_ bytes: [UInt8]) -> String {
        var digest = [UInt8](repeating: 0, count: 32)
        unsafe crypto_hash_sha256(&digest, bytes, UInt64(bytes.count))
        let digits = Array("0123456789abcdef".utf8)
        return String(
            decoding: digest.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] },
            as: UTF8.self)
    }
}
