/// A JSON value that is not what a type needs: where, and why.
public struct JSONMismatch: Error, Hashable, Sendable, CustomStringConvertible {
    /// The place, such as `events[2].time_ns`; empty for the whole.
    public let path: String
    /// What is wrong there, in words.
    public let reason: String

    public init(path: String, reason: String) {
        self.path = path
        self.reason = reason
    }

    init(_ error: DecodingError) {
        let context: DecodingError.Context
        switch error {
        case .typeMismatch(_, let found), .valueNotFound(_, let found), .keyNotFound(_, let found),
            .dataCorrupted(let found):
            context = found
        @unknown default:
            self.init(path: "", reason: "\(error)")
            return
        }
        var path = ""
        for key in context.codingPath {
            if let index = key.intValue {
                path += "[\(index)]"
            } else {
                path += path.isEmpty ? key.stringValue : ".\(key.stringValue)"
            }
        }
        self.init(path: path, reason: context.debugDescription)
    }

    public var description: String { path.isEmpty ? reason : "\(path): \(reason)" }
}
