import CSystemCalls
import Glibc
import SystemCalls
import Testing
import Timebase

/// A reader of a virtual device's terminal or pipe, as a recorder would open it.
struct Port: ~Copyable {
    let descriptor: FileDescriptor

    init(_ path: String) throws {
        descriptor = try FileDescriptor(opening: path, flags: O_RDWR | O_NOCTTY | O_NONBLOCK)
    }

    func write(_ bytes: [UInt8]) throws { try FileSystem.writeAll(bytes, to: descriptor.number) }

    /// Reads until `count` bytes are there, and fails when they do not come.
    func read(_ count: Int) throws -> [UInt8] {
        var bytes: [UInt8] = []
        while bytes.count < count {
            let more = try readSome(limit: count - bytes.count)
            if more.isEmpty {
                Issue.record("\(bytes.count) of \(count) bytes came")
                return bytes
            }
            bytes += more
        }
        return bytes
    }

    /// Reads what is there, waiting for the first byte; empty when none comes within 10 s.
    func readSome(limit: Int = 65536) throws -> [UInt8] {
        guard try wait(milliseconds: 10_000) else { return [] }
        var buffer: [UInt8] = Array(repeating: 0, count: limit)
        let count = try nonBlockingSystemCall("read") {
            unsafe buffer.withUnsafeMutableBytes {
                unsafe Glibc.read(descriptor.number, $0.baseAddress, $0.count)
            }
        }
        return Array(buffer.prefix(count ?? 0))
    }

    /// Whether nothing is there, nor comes within a moment.
    func isQuiet() throws -> Bool { try !wait(milliseconds: 50) }

    private func wait(milliseconds: Int64) throws -> Bool {
        try Self.wait(descriptor.number, milliseconds: milliseconds)
    }

    /// Waits until a descriptor is readable.
    static func wait(_ number: Int32, milliseconds: Int64) throws -> Bool {
        var wanted = [pollfd(fd: number, events: Int16(POLLIN), revents: 0)]
        return try systemCall("ppoll") {
            unsafe wanted.withUnsafeMutableBufferPointer {
                unsafe attune_poll($0.baseAddress, 1, milliseconds * 1_000_000)
            }
        } > 0
    }
}
