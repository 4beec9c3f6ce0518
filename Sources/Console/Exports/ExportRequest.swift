import Export
import StudyProtocol

/// What a researcher wants exported, as the page asks for it and as it is kept with what came of it.
struct ExportRequest: Codable, Hashable, Sendable {
    /// As `ExportFormat` names them.
    var formats: [String]
    /// Whether formats that can pack their data do so.
    var isPacked: Bool
    /// Empty for all, as with the next two.
    var participants: [String]
    var phases: [String]
    /// Names, or words with `*` for any characters.
    var streams: [String]
    /// Kinds of data, or tiers of consent, that are left out whatever participants agreed to.
    var leftOut: [String]
    var takesPilots: Bool
    var hasPseudonyms: Bool
    var movesDates: Bool

    /// Largest number of words in each list.
    private static let most = 1000

    /// What may be named in `leftOut`.
    static let kinds = Set(
        ConsentTier.Data.allCases.map(\.rawValue) + ConsentTier.Name.allCases.map(\.rawValue))

    /// - Throws: what makes no sense, in words.
    func check() throws(ConsoleRefusal) {
        guard !formats.isEmpty else {
            throw ConsoleRefusal(.badRequest, "Choose at least one format.")
        }
        for format in formats where ExportFormat(rawValue: format) == nil {
            throw ConsoleRefusal(.badRequest, "There is no format '\(format)'.")
        }
        for kind in leftOut where !Self.kinds.contains(kind) {
            throw ConsoleRefusal(.badRequest, "There is no kind of data '\(kind)'.")
        }
        if movesDates, !hasPseudonyms {
            throw ConsoleRefusal(.badRequest, "Dates are moved together with pseudonyms alone.")
        }
        for list in [formats, participants, phases, streams, leftOut] {
            guard list.count <= Self.most, list.allSatisfy(Self.isWord) else {
                throw ConsoleRefusal(
                    .badRequest,
                    "Names have 1 to 200 characters, without commas, and there are at most \(Self.most) of "
                        + "them.")
            }
        }
    }

    /// Whether a text can stand between the commas of an option.
    private static func isWord(_ text: String) -> Bool {
        (1...200).contains(text.utf8.count) && text.contains { $0 != " " }
            && text.unicodeScalars.allSatisfy {
                $0 != "," && $0.properties.generalCategory != .control
            }
    }

    /// What `attune export` is told beside the study's folder and where to write.
    /// - Parameter key: the file of the key of pseudonyms; nil where nothing is called by one.
    func arguments(key: String?) -> [String] {
        // With "=" a name that begins with "-" is no option.
        var arguments = ["--format=\(formats.joined(separator: ","))"]
        for (option, words) in [
            ("--participants", participants), ("--phases", phases), ("--streams", streams),
            ("--without", leftOut),
        ] where !words.isEmpty {
            arguments.append("\(option)=\(words.joined(separator: ","))")
        }
        if isPacked { arguments.append("--compress") }
        if takesPilots { arguments.append("--pilots") }
        if let key { arguments.append("--pseudonyms=\(key)") }
        if movesDates { arguments.append("--move-dates") }
        return arguments
    }
}
