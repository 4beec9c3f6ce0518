/// One answer of a service.
public struct VarlinkReply: Hashable, Sendable {
    /// What was asked for, or the error.
    public let result: Result<JSONValue, VarlinkError>
    /// Whether more answers to the same call follow.
    public let continues: Bool

    init(_ message: JSONValue) throws(LinkError) {
        guard case .object(let members) = message else {
            throw LinkError(.malformed, "The other side answers in something else than Varlink.")
        }
        if case .string(let name)? = members["error"] {
            result = .failure(
                VarlinkError(name: name, parameters: members["parameters"] ?? .object([:])))
            continues = false
            return
        }
        switch members["parameters"] {
        case nil, .null: result = .success(.object([:]))
        case .object(let parameters): result = .success(.object(parameters))
        default:
            throw LinkError(.malformed, "The other side answers in something else than Varlink.")
        }
        continues = members["continues"] == .bool(true)
    }
}
