import Synchronization

/// What a server understands of the interface. Begins with everything; what it refuses is left out.
struct ModelDialect: Hashable, Sendable {
    /// How JSON is asked for.
    enum Format: Int, Sendable {
        case plain, object, schema
    }

    var streams = true
    var reportsUsage = true
    var format = Format.schema
    /// Newer models want `max_completion_tokens`.
    var tokensField = "max_tokens"

    /// Leaves out what a server that answered 400 or 422 seems not to understand.
    ///
    /// - Returns: what was left out; nil where the request is wrong for another reason, or nothing is
    ///   left.
    mutating func withdraw(after body: String, asksForJSON: Bool) -> String? {
        let words = body.lowercased()
        func mentions(_ names: String...) -> Bool { names.contains { words.contains($0) } }

        if mentions("max_completion_tokens"), tokensField == "max_tokens" {
            tokensField = "max_completion_tokens"
            return "max_tokens"
        }
        if mentions("stream_options", "include_usage"), streams, reportsUsage {
            reportsUsage = false
            return "stream_options"
        }
        let isAboutFormat = mentions(
            "response_format", "json_schema", "json_object", "schema", "grammar", "structured")
        if isAboutFormat, asksForJSON, let left = lowerFormat() { return left }
        if mentions("stream"), streams {
            streams = false
            return "stream"
        }
        // About something that would not change.
        let isOther = mentions(
            "temperature", "seed", "context", "too long", "exceed", "api key", "api_key", "quota",
            "billing", "content_filter", "content policy", "does not exist", "model_not_found",
            "max_tokens")
        if isOther { return nil }
        // It does not say what: what is newest in the interface is tried first.
        if streams, reportsUsage {
            reportsUsage = false
            return "stream_options"
        }
        return asksForJSON ? lowerFormat() : nil
    }

    /// Leaves out what another request found to be refused, too.
    mutating func take(over other: ModelDialect) {
        streams = streams && other.streams
        reportsUsage = reportsUsage && other.reportsUsage
        if other.format.rawValue < format.rawValue { format = other.format }
        if other.tokensField != ModelDialect().tokensField { tokensField = other.tokensField }
    }

    private mutating func lowerFormat() -> String? {
        guard let lower = Format(rawValue: format.rawValue - 1) else { return nil }
        let left = format == .schema ? "response_format json_schema" : "response_format json_object"
        format = lower
        return left
    }
}
