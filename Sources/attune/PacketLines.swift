/// Cuts text into lines, whatever pieces it comes in.
struct PacketLines {
    private var pending: [UInt8] = []
    /// A line without an end fills no memory; it is no packet either.
    private static let limit = 1 << 20

    mutating func take(_ bytes: ArraySlice<UInt8>) -> [String] {
        var lines: [String] = []
        for part in bytes.split(separator: 10, omittingEmptySubsequences: false).dropLast() {
            lines.append(String(decoding: pending + part, as: UTF8.self))
            pending = []
        }
        let rest = bytes[(bytes.lastIndex(of: 10).map { $0 + 1 } ?? bytes.startIndex)...]
        if pending.count < Self.limit { pending += rest }
        return lines
    }

    /// The last line, if it had no end.
    mutating func rest() -> String? {
        defer { pending = [] }
        return pending.isEmpty ? nil : String(decoding: pending, as: UTF8.self)
    }
}

/// One packet as text: `[CHARACTERISTIC ]HEX`. Without a name it is of the first characteristic that
/// the profile subscribes to.
struct PacketLine {
    /// Its index in the transport's list; nil for a piece of a byte stream.
    var characteristic: Int?
    var bytes: [UInt8]

    struct Mistake: Error {
        var message: String
    }

    /// Nil for an empty line or a comment.
    /// - Parameters:
    ///   - names: of the transport's characteristics; empty where it has none.
    ///   - subscribed: indices of those that send.
    static func read(
        _ line: String, names: [String], subscribed: [Int]
    ) throws(Mistake) -> PacketLine? {
        let text = line.trimmingPrefix { $0.isWhitespace }
        guard let first = text.split(maxSplits: 1, whereSeparator: \.isWhitespace).first,
            !text.hasPrefix("#")
        else { return nil }
        var digits = text
        var characteristic: Int?
        if let index = names.firstIndex(where: { $0 == first }) {
            characteristic = index
            digits = text.dropFirst(first.count)
        } else {
            characteristic = subscribed.first
        }
        guard let bytes = bytes(digits) else {
            let choice =
                names.isEmpty
                ? "" : ", behind the name of a characteristic (\(names.joined(separator: ", ")))"
            throw Mistake(message: "expected bytes of two hexadecimal digits each" + choice)
        }
        return PacketLine(characteristic: characteristic, bytes: bytes)
    }

    /// Bytes of two hexadecimal digits each, with blanks between or not.
    static func bytes(_ text: Substring) -> [UInt8]? {
        var bytes: [UInt8] = []
        var high: UInt8?
        for scalar in text.unicodeScalars where !scalar.properties.isWhitespace {
            guard scalar.isASCII, let digit = Character(scalar).hexDigitValue else { return nil }
            if let first = high {
                bytes.append(first << 4 | UInt8(digit))
                high = nil
            } else {
                high = UInt8(digit)
            }
        }
        return high == nil ? bytes : nil
    }
}
