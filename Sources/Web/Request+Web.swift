import HTTPTypes
import Hummingbird
import NIOCore

/// What pages ask of requests.
extension Request {
    /// Whether the browser says that it comes from our own page, or does not say.
    public func isOwn(_ place: WebPlace, mayBeNull: Bool = false) -> Bool {
        place.isOwn(
            post: method == .post, authority: head.authority, origin: headers[.origin],
            site: HTTPField.Name("sec-fetch-site").flatMap { headers[$0] }, mayBeNull: mayBeNull)
    }

    /// The values of a cookie; a browser may send several of a name.
    public func cookies(named name: String) -> [String] {
        headers[values: .cookie].flatMap { $0.split(separator: ";") }.prefix(32).compactMap {
            let pair = $0.split(separator: "=", maxSplits: 1)
            guard pair.count == 2, pair[0].filter({ $0 != " " }) == name else { return nil }
            return String(pair[1])
        }
    }

    /// Whether a request says that its body is JSON: a form of another site cannot say so.
    public var isJSON: Bool {
        let type = headers[.contentType]?.prefix { $0 != ";" }
        return type?.filter { !$0.isWhitespace }.lowercased() == "application/json"
    }

    /// Reads the body, within its size and its time.
    /// - Parameters:
    ///   - most: bytes.
    ///   - seconds: how long it may take to come.
    /// - Throws: `BodyRefusal`, and what the connection throws.
    public func bytes(most: Int, seconds: Int = 20) async throws -> [UInt8] {
        if let text = headers[.contentLength], let length = Int(text), length > most {
            throw BodyRefusal.tooLarge(most)
        }
        let body = body
        return try await withThrowingTaskGroup(of: [UInt8].self) { group in
            group.addTask {
                do {
                    return Array(buffer: try await body.collect(upTo: most))
                } catch is NIOTooManyBytesError {
                    throw BodyRefusal.tooLarge(most)
                }
            }
            group.addTask {
                try await Task.sleep(for: .seconds(seconds))
                throw BodyRefusal.tooSlow
            }
            defer { group.cancelAll() }
            return try await group.next() ?? []
        }
    }
}
