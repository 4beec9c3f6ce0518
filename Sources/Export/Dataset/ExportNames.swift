/// What people, sessions and things are called in an export of one session: as they are, or by pseudonym.
struct ExportNames: Sendable {
    private let pseudonyms: Pseudonyms?
    /// Texts that give away who it is, with what stands for them: longest first.
    private let replaced: [(text: String, by: String)]

    init(_ pseudonyms: Pseudonyms?, _ entry: DatasetSession) {
        self.pseudonyms = pseudonyms
        guard let pseudonyms else {
            replaced = []
            return
        }
        var replaced = [
            (entry.participant, pseudonyms.participant(entry.participant, study: entry.study)),
            (entry.identifier, pseudonyms.session(entry.identifier)),
        ]
        if let parent = entry.parent { replaced.append((parent, pseudonyms.session(parent))) }
        self.replaced = replaced.filter { !$0.0.isEmpty }.map { (text: $0.0, by: $0.1) }
            .sorted { $0.text.count > $1.text.count }
    }

    func session(_ identifier: String) -> String {
        pseudonyms?.session(identifier) ?? identifier
    }

    /// A rater, a coder, an operator. The programs' own names stay.
    func person(_ who: String) -> String {
        guard let pseudonyms, !["attuned", "participant", "client page"].contains(who) else {
            return who
        }
        return pseudonyms.person(who)
    }

    /// A station, a boot of a machine.
    func thing(_ what: String) -> String { pseudonyms?.thing(what) ?? what }

    /// A device's name in the station: an address or serial number may be part of it.
    func source(_ name: String) -> String { pseudonyms?.thing(name) ?? name }

    /// What identifies a device, as a JSON object.
    func device(_ identity: String) -> String {
        guard let pseudonyms, identity != "{}" else { return identity }
        return "{\"device\":\"\(pseudonyms.thing(identity))\"}"
    }

    /// A text of programs or people without the codes that tell who it is, where they are whole words.
    func cleaned(_ text: String) -> String {
        var text = text
        for (code, name) in replaced { text = Self.replacing(code, by: name, in: text) }
        return text
    }

    private static func replacing(_ word: String, by other: String, in text: String) -> String {
        guard text.firstRange(of: word) != nil else { return text }
        func isPart(_ character: Character?) -> Bool {
            guard let character else { return false }
            return character.isLetter || character.isNumber || character == "_"
        }
        var result = ""
        var rest = text[...]
        while let found = rest.firstRange(of: word) {
            result += rest[..<found.lowerBound]
            let isWhole =
                !isPart(result.last)
                && !isPart(found.upperBound < rest.endIndex ? rest[found.upperBound] : nil)
            result += isWhole ? other : word
            rest = rest[found.upperBound...]
        }
        return result + rest
    }
}
