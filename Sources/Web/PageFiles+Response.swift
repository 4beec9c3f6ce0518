import HTTPTypes
import Hummingbird
import NIOCore

extension PageFiles {
    /// Answers a request with a file of the folder, or says that there is none. Browsers ask whether it
    /// changed each time.
    public func response(_ path: String, to request: Request) -> Response {
        guard let file = file(path) else { return Response(status: .notFound) }
        var headers = HTTPFields()
        headers[.eTag] = file.tag
        headers[.cacheControl] = "no-cache"
        if let known = request.headers[.ifNoneMatch], known.contains(file.tag) {
            return Response(status: .notModified, headers: headers)
        }
        headers[.contentType] = file.type
        return Response(
            status: .ok, headers: headers,
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: file.bytes)))
    }
}
