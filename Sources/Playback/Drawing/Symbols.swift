/// The characters a frame is drawn with: those of Unicode, or ASCII alone.
public struct Symbols: Hashable, Sendable {
    /// Whether the terminal understands UTF-8.
    public var isUnicode: Bool

    public init(isUnicode: Bool) { self.isUnicode = isUnicode }

    var play: String { isUnicode ? "▶" : ">" }
    var pause: String { isUnicode ? "⏸" : "=" }
    var live: String { isUnicode ? "●" : "*" }
    var times: String { isUnicode ? "×" : "x" }
    var plusMinus: String { isUnicode ? "±" : "+-" }
    var line: String { isUnicode ? "─" : "-" }
    var done: String { isUnicode ? "━" : "=" }
    var knob: String { isUnicode ? "●" : "O" }
    var upright: String { isUnicode ? "│" : "|" }
    var phase: String { isUnicode ? "┃" : "|" }
    var mark: String { isUnicode ? "▼" : "v" }
    var gap: String { isUnicode ? "░" : ":" }
    var dot: String { isUnicode ? "·" : "-" }
    var ellipsis: String { isUnicode ? "…" : "~" }
    var dash: String { isUnicode ? "–" : "-" }
    var tick: Character { isUnicode ? "╷" : "'" }
    /// Rising levels, the first for the least.
    var levels: [Character] { isUnicode ? Array("▁▂▃▄▅▆▇█") : Array(".:-=+*#@") }
    /// Places for dots in a cell.
    var dotsAcross: Int { isUnicode ? 2 : 1 }
    var dotsDown: Int { isUnicode ? 4 : 2 }

    /// The cell with the given dots; bit `down * dotsAcross + across`, from the upper left.
    func dots(_ bits: Int) -> Character {
        guard isUnicode else { return [" ", "'", ".", "|"][bits & 3] }
        // Braille numbers its dots down the left column and then the right, with the lowest row,
        // which was added later, at the end.
        let places = [0, 3, 1, 4, 2, 5, 6, 7]
        var pattern: UInt32 = 0
        for (bit, place) in places.enumerated() where bits & 1 << bit != 0 {
            pattern |= 1 << UInt32(place)
        }
        return pattern == 0 ? " " : Character(UnicodeScalar(0x2800 + pattern) ?? " ")
    }

    /// Text in the characters that there are.
    func text(_ text: String) -> String { isUnicode ? text : PlainText.ascii(text) }
}
