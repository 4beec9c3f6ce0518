/// Small work on texts.
enum Text {
    /// As much of a text's beginning as has so many bytes at most.
    static func prefix(_ text: String, bytes: Int) -> String {
        guard text.utf8.count > bytes else { return text }
        var result = ""
        var used = 0
        for character in text {
            used += character.utf8.count
            guard used <= bytes else { break }
            result.append(character)
        }
        return result
    }
}

extension StringProtocol {
    /// Without what fulfils the condition at both ends.
    func trimmed(of condition: (Character) -> Bool) -> String {
        var rest = Substring(self)
        while let first = rest.first, condition(first) { rest.removeFirst() }
        while let last = rest.last, condition(last) { rest.removeLast() }
        return String(rest)
    }
}
