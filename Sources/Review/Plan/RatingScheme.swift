import Declarations

/// A scheme that sessions are rated by, with its text (Protocols/formats/coding-scheme.md).
public struct RatingScheme: Hashable, Sendable {
    public var scheme: CodingScheme
    /// As it was read.
    public var text: String

    public var name: String { scheme.name }
    public var version: String { scheme.version }
    public var title: String { scheme.title }
    public var form: RatingForm { scheme.form }

    /// - Parameter file: the name that mistakes are told with.
    public init(text: String, file: String) throws(DeclarationErrors) {
        scheme = try CodingScheme.read(text, file: file)
        self.text = text
    }

    private init(_ scheme: CodingScheme, _ text: String) {
        self.scheme = scheme
        self.text = text
    }

    /// The schemes of this station that ask something of raters. Those that cannot be read are left out.
    public static var all: [RatingScheme] {
        SchemeShelf.names.compactMap { name in
            guard let found = try? SchemeShelf.scheme(named: name),
                !found.scheme.form.ratings.isEmpty || !found.scheme.form.flags.isEmpty
            else { return nil }
            return RatingScheme(found.scheme, found.text)
        }
    }
}
