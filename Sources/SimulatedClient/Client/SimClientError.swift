/// Why a simulated client cannot be set up.
public enum SimClientError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The persona speaks for the supporter.
    case notAClient(persona: String)
    /// The saved state is that of another persona, or of another version of it.
    case otherPersona(saved: String, persona: String)
    /// A file that is needed does not declare the persona's language.
    case language(wanted: String, what: String)
    /// A file cannot be read.
    case file(String)

    public var description: String {
        switch self {
        case .notAClient(let persona):
            "the persona \(persona) speaks for the supporter; choose one of role client"
        case .otherPersona(let saved, let persona):
            "the saved state is that of \(saved), but the client is \(persona)"
        case .language(let wanted, let what):
            "there is no \(what) for the language '\(wanted)'; write one, or change the language"
        case .file(let text): text
        }
    }
}
