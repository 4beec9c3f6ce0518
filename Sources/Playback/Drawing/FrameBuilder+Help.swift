extension FrameBuilder {
    private var keys: [(String, String)] {
        let unicode = [
            ("space", "play, pause"), ("← →", "0.1 s back, on"), ("Shift ← →", "1 s"),
            ("PageUp PageDown", "10 s"), ("Ctrl ← →", "previous, next event, mark or phase"),
            ("↑ ↓", "previous, next turn"), ("Home End", "start, end"), ("[ ]", "slower, faster"),
            ("Backspace", "speed 1×"), ("+ -", "less, more time across the plots"),
            ("0", "30 s across the plots"), ("Tab", "more signals"), ("?", "this list"),
            ("q", "quit"),
        ]
        guard !symbols.isUnicode else { return unicode }
        return unicode.map { key, meaning in
            let names = ["←": "left", "→": "right", "↑": "up", "↓": "down"]
            let words = key.split(separator: " ").map { names[String($0)] ?? String($0) }
            return (words.joined(separator: " "), symbols.text(meaning))
        }
    }

    /// The list of keys, over the rest.
    mutating func drawHelp() {
        let keys = keys
        let wide = (keys.map { CharacterWidth.of($0.0) }.max() ?? 0) + 2
        let across = wide + (keys.map { CharacterWidth.of($0.1) }.max() ?? 0) + 4
        let width = min(across, layout.width)
        let height = min(keys.count + 2, layout.height)
        let left = (layout.width - width) / 2
        let top = (layout.height - height) / 2
        for row in 0..<height {
            frame.put(
                String(repeating: " ", count: width), row: top + row, column: left,
                style: row == 0 || row == height - 1 ? .bar : .plain)
        }
        frame.put("  Keys", row: top, column: left, style: .bar, limit: left + width)
        let closing = height == keys.count + 2 ? "  any key closes" : "  a taller window shows more"
        frame.put(closing, row: top + height - 1, column: left, style: .bar, limit: left + width)
        for (index, key) in keys.prefix(max(0, height - 2)).enumerated() {
            frame.put(
                key.0, row: top + 1 + index, column: left + 2, style: .strong, limit: left + width)
            frame.put(key.1, row: top + 1 + index, column: left + 2 + wide, limit: left + width)
        }
    }
}
