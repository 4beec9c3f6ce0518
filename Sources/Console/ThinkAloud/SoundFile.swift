import HTTPTypes
import Hummingbird
import NIOCore
import SessionStore

/// A commentary's sound as a WAV file over HTTP, whole or in a range of bytes (RFC 9110, section 14). It
/// is made while it is sent, a few seconds at a time.
struct SoundFile: Sendable {
    let session: OpenedSession
    let track: SoundTrack

    /// Samples that are read at once: about five seconds, as long as a chunk.
    private static let atOnce: Int64 = 1 << 18

    private var header: WaveHeader { WaveHeader(rate: track.rate, samples: track.length) }

    func response(to request: Request) throws -> Response {
        let total = header.fileBytes
        var headers: HTTPFields = [
            .contentType: "audio/wav", .acceptRanges: "bytes", .cacheControl: "private, no-cache",
        ]
        guard let asked = request.headers[.range] else {
            headers[.contentLength] = "\(total)"
            return Response(status: .ok, headers: headers, body: body(0..<total))
        }
        switch Self.range(asked, of: total) {
        case .whole:
            headers[.contentLength] = "\(total)"
            return Response(status: .ok, headers: headers, body: body(0..<total))
        case .part(let bytes):
            headers[.contentLength] = "\(bytes.count)"
            headers[.contentRange] = "bytes \(bytes.lowerBound)-\(bytes.upperBound - 1)/\(total)"
            return Response(status: .partialContent, headers: headers, body: body(bytes))
        case .impossible:
            headers[.contentRange] = "bytes */\(total)"
            return Response(status: .rangeNotSatisfiable, headers: headers)
        }
    }

    enum Answer: Hashable {
        case whole
        case part(Range<Int64>)
        case impossible
    }

    /// What a field `Range` asks for. One that is not understood, or that asks for several parts, is
    /// passed over, as the standard has it.
    static func range(_ field: String, of total: Int64) -> Answer {
        let sides = field.split(separator: "=", maxSplits: 1)
        guard sides.count == 2, sides[0].lowercased() == "bytes" else { return .whole }
        let ends = sides[1].split(separator: "-", omittingEmptySubsequences: false).map {
            $0.filter { !$0.isWhitespace }
        }
        guard ends.count == 2, ends.allSatisfy({ $0.allSatisfy(\.isASCII) }) else { return .whole }
        if ends[0].isEmpty {
            guard let count = Int64(ends[1]), count >= 0 else { return .whole }
            return count == 0 || total == 0 ? .impossible : .part(max(0, total - count)..<total)
        }
        guard let first = Int64(ends[0]), first >= 0 else { return .whole }
        guard first < total else { return .impossible }
        if ends[1].isEmpty { return .part(first..<total) }
        guard let last = Int64(ends[1]), last >= first else { return .whole }
        return .part(first..<min(last, total - 1) + 1)
    }

    private func body(_ bytes: Range<Int64>) -> ResponseBody {
        let file = self
        return ResponseBody(contentLength: Int(bytes.count)) { writer in
            let head = Int64(WaveHeader.byteCount)
            if bytes.lowerBound < head {
                let part = bytes.clamped(to: 0..<head)
                try await writer.write(
                    ByteBuffer(
                        bytes: file.header.bytes[Int(part.lowerBound)..<Int(part.upperBound)]))
            }
            var next = max(bytes.lowerBound, head)
            while next < bytes.upperBound {
                let first = (next - head) / 2
                let last = min(first + Self.atOnce, (bytes.upperBound - head + 1) / 2)
                let track = file.track
                let samples = try await file.session.read {
                    try track.samples(first..<last, of: $0)
                }
                var buffer = ByteBuffer()
                buffer.reserveCapacity(2 * samples.count)
                for sample in samples { buffer.writeInteger(sample, endianness: .little) }
                // A range may begin or end in the middle of a sample.
                buffer.moveReaderIndex(forwardBy: Int(next - head - 2 * first))
                let end = min(head + 2 * last, bytes.upperBound)
                guard let slice = buffer.readSlice(length: Int(end - next)) else { break }
                try await writer.write(slice)
                next = end
            }
            try await writer.finish(nil)
        }
    }
}
