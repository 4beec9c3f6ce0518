import Declarations

/// A scheme by which sessions are rated: its name and version, and what it asks
/// (Protocols/formats/rating-scheme.md).
public struct RatingScheme: Hashable, Sendable {
    public var name: String
    public var version: String
    public var title: String
    public var form: RatingForm
    /// As it was read.
    public var text: String

    /// - Parameter file: the name that mistakes are told with.
    public init(text: String, file: String) throws(DeclarationErrors) {
        let declared = try Declaration.decode(RatingSchemeDeclaration.self, from: text, file: file)
        name = declared.name
        version = declared.version
        title = declared.title ?? declared.name
        form = declared.form
        self.text = text
    }
}

/// A scheme as it is written.
struct RatingSchemeDeclaration: CheckedDeclaration {
    var name: String
    var version: String
    var title: String?
    var language: String?
    var ratings: [RatingItem]?
    var flags: [FlagCode]?

    var form: RatingForm { RatingForm(ratings: ratings ?? [], flags: flags ?? []) }

    func check(_ report: inout DeclarationReport) {
        report.requireName(name, at: "name")
        if form.ratings.isEmpty && form.flags.isEmpty {
            report.add(at: [], message: "a scheme to rate by needs ratings or flags")
        }
        form.check(&report)
    }
}
