import Declarations

/// A coding scheme: what can be marked in a session, by which key, in which colour.
///
/// `Protocols/formats/coding-scheme.md` describes the file.
public struct CodingScheme: Codable, Hashable, Sendable {
    public var name: String
    /// As text, since it stands as text in what was coded.
    public var version: String
    public var title: String
    public var language: String?
    public var description: String?
    /// Whose annotations these are: nil for the coder's own, `signals` for what is said of signals.
    public var layer: String?
    public var groups: [CodeGroup]
    public var codes: [Code]
    /// What it asks of raters; empty for a scheme to code by alone.
    public var form: RatingForm

    public init(
        name: String, version: String, title: String, language: String? = nil,
        description: String? = nil, layer: String? = nil, groups: [CodeGroup] = [], codes: [Code],
        form: RatingForm = RatingForm(ratings: [], flags: [])
    ) {
        self.name = name
        self.version = version
        self.title = title
        self.language = language
        self.description = description
        self.layer = layer
        self.groups = groups
        self.codes = codes
        self.form = form
    }

    public func code(_ name: String) -> Code? { codes.first { $0.code == name } }
    public func group(_ name: String) -> CodeGroup? { groups.first { $0.name == name } }

    /// The codes that one belongs to, the nearest first.
    public func ancestors(of code: Code) -> [Code] {
        var found: [Code] = []
        var next = code.parent
        while let name = next, let parent = self.code(name), found.count < codes.count {
            found.append(parent)
            next = parent.parent
        }
        return found
    }

    // MARK: - Reading

    /// Reads a scheme's text.
    /// - Parameter file: the name that mistakes show.
    public static func read(
        _ text: String, file: String
    ) throws(DeclarationErrors) -> CodingScheme {
        try DeclarationDocument(text: text, file: file).decode(SchemeDeclaration.self).scheme
    }

    /// Reads a scheme's file.
    /// - Returns: the scheme, and the text as it was read.
    public static func load(
        path: String
    ) throws(DeclarationErrors) -> (scheme: CodingScheme, text: String) {
        let document = try DeclarationDocument(path: path)
        return (try document.decode(SchemeDeclaration.self).scheme, document.text)
    }
}
