/// The controlled vocabularies of an ELAN document: what an entry is called in each of its languages.
struct ElanVocabularies {
    /// By the entry's id.
    private var entries: [String: [String]] = [:]
    /// Vocabularies whose entries stand in another file.
    private(set) var outside: [(name: String, place: String)] = []

    init(_ root: XMLNode) {
        let references = Dictionary(
            root.all("EXTERNAL_REF").compactMap { node in
                node.attributes["EXT_REF_ID"].map { ($0, node.attributes["VALUE"] ?? "") }
            }, uniquingKeysWith: { first, _ in first })
        for vocabulary in root.all("CONTROLLED_VOCABULARY") {
            if let reference = vocabulary.attributes["EXT_REF"] {
                outside.append(
                    (vocabulary.attributes["CV_ID"] ?? "", references[reference] ?? reference))
            }
            for entry in vocabulary.all("CV_ENTRY_ML") {
                guard let id = entry.attributes["CVE_ID"] else { continue }
                entries[id, default: []] += entry.all("CVE_VALUE").map(\.text)
            }
        }
    }

    /// What an entry is called, in the order of the file; nothing for one that is not there.
    func words(of entry: String?) -> [String] { entry.flatMap { entries[$0] } ?? [] }
}
