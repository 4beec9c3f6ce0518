/// Breaks text into lines at its spaces; words longer than a line are broken.
enum TextWrap {
    static func lines(_ text: String, width: Int) -> [String] {
        let width = max(2, width)
        var lines: [String] = []
        var line = ""
        var used = 0
        for word in text.split(separator: " ") {
            let size = CharacterWidth.of(word)
            if used > 0, used + 1 + size <= width {
                line += " " + word
                used += 1 + size
                continue
            }
            if used > 0 { lines.append(line) }
            line = ""
            used = 0
            for character in word {
                let size = CharacterWidth.of(character)
                if used + size > width {
                    lines.append(line)
                    line = ""
                    used = 0
                }
                line.append(character)
                used += size
            }
        }
        if used > 0 { lines.append(line) }
        return lines
    }
}
