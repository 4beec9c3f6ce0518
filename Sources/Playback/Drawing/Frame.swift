/// What a terminal of a given size shows. A value: made from state and size, compared and tested
/// without a terminal.
public struct Frame: Hashable, Sendable {
    public let width: Int
    public let height: Int
    /// Row by row.
    public private(set) var cells: [Cell]

    /// An empty frame. Sizes below 1 become 1, above 1000 become 1000.
    public init(width: Int, height: Int) {
        self.width = min(max(width, 1), 1000)
        self.height = min(max(height, 1), 1000)
        cells = [Cell](repeating: .blank, count: self.width * self.height)
    }

    public subscript(row: Int, column: Int) -> Cell { cells[row * width + column] }

    /// The frame as lines of text, without blanks at their ends.
    public var lines: [String] {
        (0..<height).map { row in
            var line = String(cells[row * width..<(row + 1) * width].compactMap(\.character))
            while line.last == " " { line.removeLast() }
            return line
        }
    }

    /// Writes text; what lies outside the frame or beyond `limit` is left out.
    /// - Returns: the column after the text.
    @discardableResult
    public mutating func put(
        _ text: some StringProtocol, row: Int, column: Int, style: Style = .plain,
        limit: Int = .max
    ) -> Int {
        var column = column
        let end = min(width, limit)
        for character in text {
            let size = CharacterWidth.of(character)
            guard size > 0 else { continue }
            guard column + size <= end else { break }
            set(character, size: size, row: row, column: column, style: style)
            column += size
        }
        return column
    }

    private mutating func set(
        _ character: Character, size: Int, row: Int, column: Int, style: Style
    ) {
        guard (0..<height).contains(row), column >= 0 else { return }
        let place = row * width + column
        // Half of a wide character cannot stay.
        if cells[place].character == nil, column > 0 { cells[place - 1].character = " " }
        let after = place + size
        if column + size < width, cells[after].character == nil { cells[after].character = " " }
        cells[place] = Cell(character: character, style: style)
        if size == 2 { cells[place + 1] = Cell(character: nil, style: style) }
    }
}
