/// Why a page's request is not served: as a status of HTTP, and in words.
struct PageRefusal: Error, Hashable, Sendable, CustomStringConvertible {
    enum Status: Int, Hashable, Sendable {
        case badRequest = 400
        case forbidden = 403
        case notFound = 404
        case gone = 410
        case tooLarge = 413
        case tooMany = 429
        case unavailable = 503
    }

    let status: Status
    let reason: String

    init(_ status: Status, _ reason: String) {
        self.status = status
        self.reason = reason
    }

    var description: String { reason }
}
