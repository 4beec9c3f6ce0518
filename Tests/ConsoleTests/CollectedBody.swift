import HTTPTypes
import Hummingbird
import NIOCore

/// Takes in what an answer's body writes.
final class CollectedBody: ResponseBodyWriter {
    private(set) var bytes: [UInt8] = []

    var text: String { String(decoding: bytes, as: UTF8.self) }

    func write(_ buffer: ByteBuffer) async throws { bytes += Array(buffer: buffer) }

    func finish(_ trailingHeaders: HTTPFields?) async throws {}
}
