/// Questionnaires out of a survey of another program.
public struct QuestionnaireImport: Hashable, Sendable {
    public var questionnaires: [Questionnaire]
    /// What could not be taken, or needs a look, one sentence each: `Q3: …`.
    public var remarks: [String]

    /// Reads a Qualtrics survey (QSF) or the header rows of a Qualtrics data export (CSV, TSV);
    /// which of them is told by the first character.
    public static func qualtrics(_ text: String) throws(ImportError) -> QuestionnaireImport {
        let text = text.hasPrefix("\u{feff}") ? String(text.dropFirst()) : text
        let isJSON = text.first { !$0.isWhitespace } == "{"
        let result = isJSON ? try QualtricsSurvey.read(text) : try QualtricsExport.read(text)
        guard !result.questionnaires.isEmpty else { throw .nothing }
        return result
    }
}

/// Gives out names and keeps the variables of exports apart.
struct ImportNames {
    private var questionnaires: Set<String> = []
    private var variables: Set<String> = []

    /// A name out of any text; `otherwise` where nothing of it is left.
    static func plain(_ text: String, otherwise: String) -> String {
        var name = ""
        for character in text.unicodeScalars {
            switch character {
            case "a"..."z", "A"..."Z", "0"..."9", ".": name.unicodeScalars.append(character)
            case "-", "_": name.unicodeScalars.append(character)
            default: if !name.isEmpty, !name.hasSuffix("_") { name += "_" }
            }
            if name.utf8.count == 48 { break }
        }
        while name.hasSuffix("_") || name.hasSuffix("-") { name.removeLast() }
        return name.isEmpty ? otherwise : String(name.prefix(48))
    }

    mutating func questionnaire(_ title: String, otherwise: String) -> String {
        let plain = Self.plain(title.lowercased(), otherwise: otherwise)
            .replacing("_", with: "-")
        var name = plain
        var number = 2
        while !questionnaires.insert(name).inserted {
            name = "\(plain)-\(number)"
            number += 1
        }
        return name
    }

    /// Puts an item's name right, so that none of its variables is there already.
    mutating func settle(_ item: Questionnaire.Item) -> Questionnaire.Item {
        var item = item
        let name = item.name
        var number = 2
        while true {
            item.code = item.name
            let folded = item.variables.map {
                String($0.code.lowercased().map { "-.".contains($0) ? "_" : $0 })
            }
            if variables.isDisjoint(with: folded) {
                variables.formUnion(folded)
                return item
            }
            item.name = "\(name)_\(number)"
            number += 1
        }
    }
}
