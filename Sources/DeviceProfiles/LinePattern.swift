/// The form of a line: fixed text with number fields between, such as `IR={ir}, BPM={bpm}{*}`.
///
/// Spaces before a number and before a text are skipped; everything else must be as written.
public struct LinePattern: Hashable, Sendable {
    /// A piece of the pattern.
    public enum Piece: Hashable, Sendable {
        /// These bytes.
        case text([UInt8])
        /// A number; its index among the fields.
        case field(Int)
        /// Anything up to the end of the line.
        case rest
    }

    public let pieces: [Piece]
    /// The names of the fields in order.
    public let fields: [String]

    /// Numbers with a separator between.
    public init(fields: [String], separator: String) {
        var pieces: [Piece] = []
        for index in fields.indices {
            if index > 0 { pieces.append(.text(Array(separator.utf8))) }
            pieces.append(.field(index))
        }
        self.pieces = pieces
        self.fields = fields
    }

    /// Reads the written form.
    ///
    /// - Throws: a sentence on what is wrong with it.
    public init(_ text: String) throws(PatternError) {
        var pieces: [Piece] = []
        var fields: [String] = []
        var literal: [UInt8] = []
        var name: [UInt8]?
        func flush() {
            if !literal.isEmpty { pieces.append(.text(literal)) }
            literal = []
        }
        for byte in text.utf8 {
            if let open = name {
                guard byte == UInt8(ascii: "}") else {
                    name = open + [byte]
                    continue
                }
                let field = String(decoding: open, as: UTF8.self)
                flush()
                if pieces.last == .rest { throw PatternError("expected nothing behind {*}") }
                if field == "*" {
                    pieces.append(.rest)
                } else {
                    if case .field? = pieces.last {
                        throw PatternError(
                            "expected text between {\(fields.last ?? "")} and {\(field)}")
                    }
                    if field.isEmpty { throw PatternError("expected a name between { and }") }
                    if fields.contains(field) { throw PatternError("{\(field)} stands twice") }
                    pieces.append(.field(fields.count))
                    fields.append(field)
                }
                name = nil
            } else if byte == UInt8(ascii: "{") {
                name = []
            } else {
                literal.append(byte)
            }
        }
        guard name == nil else { throw PatternError("expected a } for every {") }
        if pieces.last == .rest, !literal.isEmpty {
            throw PatternError("expected nothing behind {*}")
        }
        flush()
        guard !fields.isEmpty else { throw PatternError("expected at least one {field}") }
        self.pieces = pieces
        self.fields = fields
    }

    /// Where the fields' numbers stand in a line; nil if the line has another form.
    func match(_ bytes: Span<UInt8>, _ line: Range<Int>) -> [Range<Int>]? {
        var position = line.lowerBound
        var found: [Range<Int>] = []
        found.reserveCapacity(fields.count)
        func skipBlanks() {
            while position < line.upperBound, isBlank(bytes[position]) { position += 1 }
        }
        for piece in pieces {
            switch piece {
            case .rest: return found
            case .text(let text):
                if let first = text.first, !isBlank(first) { skipBlanks() }
                guard line.upperBound - position >= text.count else { return nil }
                for index in text.indices where bytes[position + index] != text[index] {
                    return nil
                }
                position += text.count
            case .field:
                skipBlanks()
                let start = position
                while position < line.upperBound, isNumberByte(bytes[position]) { position += 1 }
                guard position > start else { return nil }
                found.append(start..<position)
            }
        }
        return position == line.upperBound ? found : nil
    }

    /// Digits, signs, point, and the letters of an exponent and of `nan`.
    private func isNumberByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 48...57, UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "e"),
            UInt8(ascii: "E"), UInt8(ascii: "n"), UInt8(ascii: "a"), UInt8(ascii: "N"),
            UInt8(ascii: "A"):
            true
        default: false
        }
    }
}

/// Why a line's pattern is none.
public struct PatternError: Error, Hashable, Sendable, CustomStringConvertible {
    public let description: String
    init(_ description: String) { self.description = description }
}
