/// The bytes that turn one frame on a terminal into the next: only what changed.
public struct ScreenUpdate {
    /// Whether colours are used.
    public var usesColour: Bool

    public init(usesColour: Bool) { self.usesColour = usesColour }

    /// - Parameter old: what the terminal shows; nil where that is not known, or of another size.
    public func bytes(from old: Frame?, to new: Frame) -> [UInt8] {
        var bytes: [UInt8] = []
        let known = old.flatMap { $0.width == new.width && $0.height == new.height ? $0 : nil }
        if known == nil { bytes += "\u{1B}[0m\u{1B}[2J".utf8 }
        var style: Style?
        for row in 0..<new.height {
            var at: Int?
            var column = 0
            while column < new.width {
                let cell = new[row, column]
                let isWide = column + 1 < new.width && new[row, column + 1].character == nil
                let size = isWide ? 2 : 1
                defer { column += size }
                let before = known?[row, column] ?? .blank
                var isSame = before == cell
                // A wide character is one thing with its second place.
                if isWide, known?[row, column + 1] != new[row, column + 1] { isSame = false }
                guard !isSame, let character = cell.character else { continue }
                if at != column { bytes += "\u{1B}[\(row + 1);\(column + 1)H".utf8 }
                if style != cell.style {
                    let codes = usesColour ? cell.style.codes : cell.style.codesWithoutColour
                    bytes += "\u{1B}[\(codes)m".utf8
                    style = cell.style
                }
                bytes += String(character).utf8
                // Terminals disagree on how wide some characters are, so the place is told anew.
                at = character.isASCII || Self.isPlain(character) ? column + size : nil
            }
        }
        if style != nil { bytes += "\u{1B}[0m".utf8 }
        return bytes
    }

    /// Latin letters, lines, blocks and braille, which are one place wide everywhere.
    private static func isPlain(_ character: Character) -> Bool {
        guard character.unicodeScalars.count == 1, let scalar = character.unicodeScalars.first
        else { return false }
        return scalar.value < 0x300 || (0x2500...0x259F).contains(scalar.value)
            || (0x2800...0x28FF).contains(scalar.value)
    }
}
