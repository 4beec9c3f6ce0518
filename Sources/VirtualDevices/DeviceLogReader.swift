import SystemCalls
import Timebase

/// Reads the log of a virtual device.
///
/// A last line that is not finished, as a killed process leaves it, is left out.
public struct DeviceLogReader: Sendable {
    /// The lines about the device in the header, by their first word: `device`, `rate`, `columns`.
    public private(set) var facts: [String: String] = [:]
    private let bytes: [UInt8]
    private let path: String

    /// Reads the file into memory.
    public init(path: String) throws(VirtualDeviceError) {
        self.path = path
        do throws(SystemError) {
            bytes = try FileSystem.read(path)
        } catch {
            throw VirtualDeviceError(
                .unreadableLog, "The device log \(path) cannot be read.", cause: error)
        }
        let first = Array("# attune-device-log 1\n".utf8)
        guard bytes.starts(with: first) else {
            throw VirtualDeviceError(
                .unreadableLog, "\(path) is not a device log of version 1.")
        }
        for line in bytes.split(separator: 0x0A).dropFirst() {
            guard line.first == 0x23 else { break }
            let words = Self.text(line.dropFirst()).split(
                separator: " ", maxSplits: 1, omittingEmptySubsequences: true)
            if words.count == 2 { facts[String(words[0])] = String(words[1]) }
        }
    }

    /// Calls `body` with each entry, in order.
    public func forEach(_ body: (DeviceLogEntry) throws -> Void) throws {
        var start = 0
        var lineNumber = 0
        while let end = bytes[start...].firstIndex(of: 0x0A) {
            lineNumber += 1
            let line = bytes[start..<end]
            start = end + 1
            if line.isEmpty || line.first == 0x23 { continue }
            guard let entry = Self.parse(line) else {
                throw VirtualDeviceError(
                    .unreadableLog, "\(path):\(lineNumber): not a line of a device log.")
            }
            try body(entry)
        }
    }

    /// All entries, in order.
    public func entries() throws -> [DeviceLogEntry] {
        var entries: [DeviceLogEntry] = []
        try forEach { entries.append($0) }
        return entries
    }

    /// All frames, or those of one fate, in order.
    public func frames(_ fate: FrameFate? = nil) throws -> [DeviceLogFrame] {
        var frames: [DeviceLogFrame] = []
        try forEach {
            if case .frame(let frame) = $0, fate == nil || frame.fate == fate {
                frames.append(frame)
            }
        }
        return frames
    }

    private static func parse(_ line: ArraySlice<UInt8>) -> DeviceLogEntry? {
        let words = line.split(separator: 0x20, omittingEmptySubsequences: true)
        switch line.first {
        case UInt8(ascii: "F"):
            guard words.count >= 5, let number = integer(words[1]),
                let fate = FrameFate(rawValue: text(words[2])), let due = integer(words[3]),
                let written = integer(words[4])
            else { return nil }
            var values: [Int64] = []
            for word in words.dropFirst(5) {
                guard let value = integer(word) else { return nil }
                values.append(value)
            }
            return .frame(
                DeviceLogFrame(
                    number: number, fate: fate, due: Instant(nanoseconds: due),
                    written: Instant(nanoseconds: written), values: values))
        case UInt8(ascii: "G"):
            guard words.count == 5, let number = integer(words[1]),
                let fate = FrameFate(rawValue: text(words[2])),
                let written = integer(words[3]), let bytes = hexadecimal(words[4])
            else { return nil }
            return .garbage(
                number: number, fate: fate, written: Instant(nanoseconds: written), bytes: bytes)
        case UInt8(ascii: "C"):
            guard words.count >= 4, let written = integer(words[1]),
                let bytes = hexadecimal(words[2])
            else { return nil }
            return .command(
                written: Instant(nanoseconds: written), bytes: bytes, meaning: rest(words, from: 3))
        case UInt8(ascii: "E"):
            guard words.count >= 3, let written = integer(words[1]) else { return nil }
            return .event(
                written: Instant(nanoseconds: written), what: rest(words, from: 2))
        default:
            return nil
        }
    }

    private static func text(_ bytes: ArraySlice<UInt8>) -> String {
        String(decoding: bytes, as: UTF8.self)
    }

    /// A decimal number; nil for anything else, or one that does not fit.
    private static func integer(_ bytes: ArraySlice<UInt8>) -> Int64? {
        let isNegative = bytes.first == 0x2D
        let digits = isNegative ? bytes.dropFirst() : bytes
        if digits.isEmpty { return nil }
        var value: Int64 = 0
        for digit in digits {
            guard (0x30...0x39).contains(digit) else { return nil }
            let (tens, tooLarge) = value.multipliedReportingOverflow(by: 10)
            let (sum, tooMuch) = tens.subtractingReportingOverflow(Int64(digit - 0x30))
            if tooLarge || tooMuch { return nil }
            // Kept negative, because the smallest number has no positive counterpart.
            value = sum
        }
        if isNegative { return value }
        return value == .min ? nil : -value
    }

    private static func rest(_ words: [ArraySlice<UInt8>], from index: Int) -> String {
        words.dropFirst(index).map(text).joined(separator: " ")
    }

    private static func hexadecimal(_ word: ArraySlice<UInt8>) -> [UInt8]? {
        guard word.count % 2 == 0 else { return nil }
        var bytes: [UInt8] = []
        var index = word.startIndex
        while index < word.endIndex {
            guard let byte = UInt8(text(word[index..<index + 2]), radix: 16) else { return nil }
            bytes.append(byte)
            index += 2
        }
        return bytes
    }
}
