import HTTPTypes

/// Why a request is not served: a status, and words for the person who made it.
public struct ConsoleRefusal: Error, Hashable, Sendable {
    public var status: HTTPResponse.Status
    /// What is wrong and what to do.
    public var message: String

    public init(_ status: HTTPResponse.Status, _ message: String) {
        self.status = status
        self.message = message
    }

    /// There is no such thing, or it is not for this visitor: the answer is the same.
    public static func missing(_ what: String) -> ConsoleRefusal {
        ConsoleRefusal(.notFound, "There is no such \(what), or it is not yours to see.")
    }
}
