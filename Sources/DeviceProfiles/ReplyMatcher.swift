/// Looks for a device's reply in what is read from it. A pure value, fed as bytes come.
public struct ReplyMatcher: Sendable {
    private let expected: ExpectedReply
    private var buffer: [UInt8] = []
    /// Bytes kept at most; a device that streams something else fills no memory.
    private static let limit = 8192

    public init(_ expected: ExpectedReply) { self.expected = expected }

    /// Takes what was read.
    ///
    /// - Returns: the reply once it is complete (a line without its end), and nil before.
    public mutating func take(_ bytes: some Sequence<UInt8>) -> [UInt8]? {
        buffer.append(contentsOf: bytes)
        defer { if buffer.count > Self.limit { buffer.removeFirst(buffer.count - Self.limit) } }
        switch expected {
        case .count(let count):
            return buffer.count >= count ? Array(buffer.prefix(max(0, count))) : nil
        case .bytes(let wanted):
            return place(of: wanted) == nil ? nil : wanted
        case .line(let start):
            guard let begin = place(of: Array(start.utf8)),
                let end = buffer[begin...].firstIndex(of: 10)
            else { return nil }
            var line = Array(buffer[begin..<end])
            while let last = line.last, isBlank(last) { line.removeLast() }
            return line
        }
    }

    private func place(of wanted: [UInt8]) -> Int? {
        guard buffer.count >= wanted.count else { return nil }
        return (0...buffer.count - wanted.count).first { start in
            buffer[start..<start + wanted.count].elementsEqual(wanted)
        }
    }
}
