import HTTPTypes
import Hummingbird
import NIOCore

/// Answers that a browser may keep.
///
/// An address that names the version that it asks for (`v`) always has the same answer, which need not be
/// asked for again. All others are asked for each time, and answered in short while nothing changed.
struct PlaybackAnswer {
    /// Of what is asked for; nil where it may change at any moment.
    let tag: String?
    /// The version of the corrections of signals that it was computed with; nil where it has none.
    var corrections: Int64?

    /// The header that names that version.
    static let correctionsHeader = HTTPField.Name("x-attune-corrections")

    /// Whether the browser has it already.
    func isKnown(_ request: Request) -> Bool {
        guard let tag, let known = request.headers[.ifNoneMatch] else { return false }
        return known.contains("\"\(tag)\"")
    }

    func notModified(_ request: Request) -> Response {
        Response(status: .notModified, headers: headers(request))
    }

    func bytes(_ bytes: [UInt8], type: String, to request: Request) -> Response {
        var headers = headers(request)
        headers[.contentType] = type
        return Response(
            status: .ok, headers: headers,
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
    }

    private func headers(_ request: Request) -> HTTPFields {
        var headers = HTTPFields()
        if let corrections, let name = Self.correctionsHeader { headers[name] = "\(corrections)" }
        guard let tag else {
            headers[.cacheControl] = "no-store"
            return headers
        }
        let asked = request.uri.queryParameters["v"].map(String.init)
        headers[.eTag] = "\"\(tag)\""
        headers[.cacheControl] =
            asked == tag ? "private, max-age=31536000, immutable" : "private, no-cache"
        return headers
    }
}
