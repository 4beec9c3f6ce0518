import Declarations
import SystemCalls

/// The coding schemes of this station: the laboratory's own, and those that come with the programs.
public enum SchemeShelf {
    /// Names of all schemes, in order.
    public static var names: [String] { Places.schemeNames }

    /// A scheme by its name, with the text as it was read; nil where there is none.
    public static func scheme(
        named name: String
    ) throws(DeclarationErrors) -> (scheme: CodingScheme, text: String)? {
        guard let path = Places.scheme(named: name) else { return nil }
        return try CodingScheme.load(path: path)
    }
}
