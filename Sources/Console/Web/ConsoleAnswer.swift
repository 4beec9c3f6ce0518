import HTTPTypes
import Hummingbird
import Link
import NIOCore

/// Answers in the forms that the pages read.
enum ConsoleAnswer {
    static func json(
        _ value: some Encodable, _ status: HTTPResponse.Status = .ok
    ) throws -> Response {
        json(try JSONValue(encoding: value), status)
    }

    static func json(_ value: JSONValue, _ status: HTTPResponse.Status = .ok) -> Response {
        bytes(value.serialised, type: "application/json", status)
    }

    /// - Parameter type: the media type.
    static func bytes(
        _ bytes: [UInt8], type: String, _ status: HTTPResponse.Status = .ok
    ) -> Response {
        Response(
            status: status, headers: [.contentType: type],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
    }

    /// A file that the browser saves.
    static func download(_ bytes: [UInt8], type: String, name: String) -> Response {
        download(ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)), type: type, name: name)
    }

    /// A file that the browser saves and that is made while it is sent.
    static func download(_ body: ResponseBody, type: String, name: String) -> Response {
        var response = Response(status: .ok, headers: [.contentType: type], body: body)
        let safe = name.filter { $0.isASCII && ($0.isLetter || $0.isNumber || "-_.".contains($0)) }
        response.headers[.contentDisposition] = "attachment; filename=\"\(safe)\""
        return response
    }
}
