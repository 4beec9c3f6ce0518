/// Why pages cannot be served: a code and what to do.
public struct WebError: Error, Hashable, Sendable, CustomStringConvertible {
    public enum Code: Hashable, Sendable {
        /// A file, such as a certificate, cannot be used.
        case file
        /// The address may not, or cannot, be listened on.
        case address
        /// The address cannot be listened on now; later it may.
        case taken
    }

    public let code: Code
    public let message: String

    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    public var description: String { message }
}
