/// Why a request to a language model gave no answer, and what to do about it.
public struct ModelFailure: Error, Codable, Hashable, Sendable, CustomStringConvertible {
    /// Raw values stand in session files.
    public enum Code: String, Codable, Hashable, Sendable, CaseIterable {
        /// The settings cannot work: an address, a proxy, a number.
        case configuration
        /// Plain HTTP to another machine.
        case insecure
        /// The consent does not name this endpoint.
        case notConsented = "not-consented"
        /// The credential is missing or unusable.
        case credential
        /// The session's tokens or money are used up, or this request could use them up.
        case limit
        /// No connection: unknown host, refused, network down.
        case connection
        /// The server's certificate is not trusted, or TLS failed.
        case tls
        /// The proxy could not be reached or refused.
        case proxy
        /// It took longer than it may.
        case timeout
        /// Nothing came for too long in the middle of an answer.
        case stalled
        /// The answer ended in its middle.
        case cutOff = "cut-off"
        /// The answer is larger than it may be.
        case tooLarge = "too-large"
        /// The server sends us elsewhere, which is not followed.
        case redirected
        /// 400, 422 and other statuses that say the request is wrong.
        case refusedRequest = "refused-request"
        /// 401.
        case unauthorised
        /// 403.
        case forbidden
        /// 404: no such address or model.
        case notFound = "not-found"
        /// 429.
        case rateLimited = "rate-limited"
        /// The account has nothing left to spend.
        case quota
        /// The model or its provider declines to answer.
        case refused
        /// 408 and 5xx.
        case server
        /// The answer is not what the interface says.
        case malformed
        /// The answer is of another content type, such as a login page of the network.
        case contentType = "content-type"
        /// The answer has no text.
        case empty
        /// The answer is no JSON, or not of the asked schema.
        case schema
        case cancelled
    }

    public var code: Code
    /// What happened and what to do, in a sentence or two, without any key.
    public var message: String
    /// The HTTP status, where one came.
    public var status: Int?
    /// How long the server asks to wait.
    public var retryAfterSeconds: Double?

    public init(
        _ code: Code, _ message: String, status: Int? = nil, retryAfterSeconds: Double? = nil
    ) {
        self.code = code
        self.message = message
        self.status = status
        self.retryAfterSeconds = retryAfterSeconds
    }

    /// Whether the same request may well succeed a little later, and sending it again does no harm.
    public var isTransient: Bool {
        switch code {
        case .connection, .timeout, .stalled, .cutOff, .rateLimited, .server, .proxy: true
        default: false
        }
    }

    public var description: String { "\(code.rawValue): \(message)" }
}
