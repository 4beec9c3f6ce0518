/// What an ELAN document has that annotations of a session have no place for, in words.
struct ElanLosses {
    private let root: XMLNode
    private let vocabularies: ElanVocabularies

    init(_ root: XMLNode, _ vocabularies: ElanVocabularies) {
        self.root = root
        self.vocabularies = vocabularies
    }

    var words: [String] {
        var words: [String] = []
        let header = root.first("HEADER")
        for medium in header?.all("MEDIA_DESCRIPTOR") ?? [] {
            let name = Self.name(
                medium.attributes["RELATIVE_MEDIA_URL"] ?? medium.attributes["MEDIA_URL"] ?? "")
            let origin = medium.attributes["TIME_ORIGIN"].flatMap { Double($0) } ?? 0
            guard origin != 0 else { continue }
            words.append(
                "in ELAN '\(name)' was shifted by \(Self.number(origin)) ms (TIME_ORIGIN): times were taken as the document has them, since the session's start"
            )
        }
        let files =
            (header?.all("LINKED_FILE_DESCRIPTOR").count ?? 0)
            + (header?.all("MEDIA_DESCRIPTOR").count ?? 0)
        if files > 0 { words.append("\(Self.count(files, "file")) that it names: not taken") }
        for (name, place) in vocabularies.outside {
            words.append(
                "the vocabulary '\(name)' stands in another file (\(String(place.prefix(120)))), which was not read: values were taken as they stand"
            )
        }
        let links = root.all("REF_LINK_SET").reduce(0) {
            $0 + $1.all("CROSS_REF_LINK").count + $1.all("GROUP_REF_LINK").count
        }
        if links > 0 { words.append("\(Self.count(links, "link")) between annotations: not taken") }
        let pointing = root.all("TIER").flatMap { $0.all("ANNOTATION") }.count {
            $0.children.first?.attributes["EXT_REF"] != nil
        }
        if pointing > 0 {
            words.append(
                "where \(Self.count(pointing, "annotation")) point outside of the file (EXT_REF): not taken"
            )
        }
        let lexicons = root.all("LEXICON_REF").count
        if lexicons > 0 { words.append("\(Self.count(lexicons, "link")) to a lexicon: not taken") }
        if root.all("LICENSE").contains(where: { !$0.text.allSatisfy(\.isWhitespace) }) {
            words.append("its licence: not taken")
        }
        return words
    }

    private static func count(_ number: Int, _ word: String) -> String {
        "\(number) \(word)\(number == 1 ? "" : "s")"
    }

    private static func number(_ value: Double) -> String {
        value == value.rounded() && value.magnitude < 1e15 ? "\(Int64(value))" : "\(value)"
    }

    /// The last part of a path.
    private static func name(_ path: String) -> String {
        String((path.split(separator: "/").last ?? "").prefix(80))
    }
}
