/// A file of profiles, as `~/.aws/credentials` and `~/.aws/config` are: sections in brackets, lines of
/// `name = value`. What is indented belongs to the line before, and is passed over.
struct ProfileFile: Hashable, Sendable {
    /// By section, then by name in lower case.
    private(set) var sections: [String: [String: String]] = [:]

    init(_ text: String) {
        var section: String?
        for line in text.split(whereSeparator: \.isNewline) {
            let isIndented = line.first == " " || line.first == "\t"
            let trimmed = Self.trimmed(line)
            guard let first = trimmed.first, first != "#", first != ";" else { continue }
            if first == "[" {
                section = trimmed.firstIndex(of: "]").map {
                    Self.trimmed(trimmed[trimmed.index(after: trimmed.startIndex)..<$0])
                }
                if let section, sections[section] == nil { sections[section] = [:] }
                continue
            }
            guard !isIndented, let section, let sign = trimmed.firstIndex(of: "=") else { continue }
            let name = Self.trimmed(trimmed[..<sign]).lowercased()
            sections[section]?[name] = Self.trimmed(trimmed[trimmed.index(after: sign)...])
        }
    }

    /// A profile's section: `[name]` in credentials, `[profile name]` in settings, where only the default one
    /// has no such word.
    func profile(_ name: String) -> [String: String]? {
        sections[name] ?? sections["profile \(name)"]
    }

    private static func trimmed(_ text: some StringProtocol) -> String {
        var text = Substring(text)
        while let last = text.last, last.isWhitespace { text.removeLast() }
        return String(text.drop(while: \.isWhitespace))
    }
}
