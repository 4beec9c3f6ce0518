import Glibc
import SystemCalls

/// Writes an XDF file chunk by chunk (XDF 1.0, https://github.com/sccn/xdf/wiki/Specifications).
///
/// A chunk is its length, a tag of two bytes and its content; all numbers are little-endian. Used by one
/// thread.
final class XDFFile {
    enum Tag: UInt16 {
        case fileHeader = 1
        case streamHeader, samples, clockOffset, boundary, streamFooter
    }

    private let path: String
    private let file: FileDescriptor
    private var waiting: [UInt8] = []
    /// Bytes since the last boundary.
    private var distance = 0

    /// Bytes that are written at once.
    private static let atOnce = 1 << 18
    /// Bytes from one boundary to the next: where a reader finds its way again in a damaged file.
    private static let boundaryDistance = 1 << 20
    private static let boundary: [UInt8] = [
        0x43, 0xA5, 0x46, 0xDC, 0xCB, 0xF5, 0x41, 0x0F, 0xB3, 0x0E, 0xD5, 0x46, 0x73, 0x83, 0xCB,
        0xE4,
    ]

    /// Creates the file, which must not be there, with the header of the file.
    init(path: String, header: [UInt8]) throws(SystemError) {
        self.path = path
        file = try FileDescriptor(
            opening: path, flags: O_WRONLY | O_CREAT | O_EXCL, mode: 0o640)
        waiting = Array("XDF:".utf8)
        try chunk(.fileHeader, header)
    }

    /// A chunk of no stream.
    private func chunk(_ tag: Tag, _ content: [UInt8]) throws(SystemError) {
        try begin(tag, length: content.count)
        waiting += content
        try written(content.count)
    }

    /// A chunk of a stream.
    func chunk(_ tag: Tag, of stream: UInt32, _ content: [UInt8]) throws(SystemError) {
        try begin(tag, length: 4 + content.count)
        waiting.append(littleEndian: stream)
        waiting += content
        try written(4 + content.count)
    }

    /// How far the stream's clock was from the one of the file's times: nothing, since times are aligned.
    /// - Parameter seconds: when that was so.
    func clockOffset(of stream: UInt32, at seconds: Double) throws(SystemError) {
        var content: [UInt8] = []
        content.append(littleEndian: seconds.bitPattern)
        content.append(littleEndian: Double(0).bitPattern)
        try chunk(.clockOffset, of: stream, content)
    }

    /// Writes what waits.
    func close() throws(SystemError) {
        try flush()
    }

    private func begin(_ tag: Tag, length: Int) throws(SystemError) {
        // The length covers the tag, of two bytes.
        waiting.append(variable: length + 2)
        waiting.append(littleEndian: tag.rawValue)
    }

    private func written(_ bytes: Int) throws(SystemError) {
        distance += bytes
        if waiting.count >= Self.atOnce { try flush() }
        if distance >= Self.boundaryDistance {
            distance = 0
            try chunk(.boundary, Self.boundary)
        }
    }

    private func flush() throws(SystemError) {
        try FileSystem.writeAll(waiting, to: file.number, subject: path)
        waiting.removeAll(keepingCapacity: true)
    }
}

extension [UInt8] {
    mutating func append(littleEndian value: some FixedWidthInteger) {
        for shift in stride(from: 0, to: value.bitWidth, by: 8) {
            append(UInt8(truncatingIfNeeded: value >> shift))
        }
    }

    /// A number as XDF writes lengths: how many bytes it has, and these.
    mutating func append(variable value: Int) {
        if let short = UInt8(exactly: value) {
            append(1)
            append(short)
        } else if let middle = UInt32(exactly: value) {
            append(4)
            append(littleEndian: middle)
        } else {
            append(8)
            append(littleEndian: UInt64(value))
        }
    }
}
