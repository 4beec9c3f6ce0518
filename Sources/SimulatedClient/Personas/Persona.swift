import Declarations
import StudyProtocol
import SystemCalls

/// Who speaks on one side of a chat: read from a file in `Protocols/personas`.
///
/// There are two forms of files. A persona (with `vignette`) has an inner state, phases, and things
/// that it tells only to someone it trusts. A script (with `rules`) answers by words alone.
/// `Protocols/formats/persona.md` describes both.
public struct Persona: Hashable, Sendable {
    /// What the file holds.
    public enum Form: Hashable, Sendable {
        case script(ChatScript)
        case character(Character)
    }

    public var form: Form

    public init(_ script: ChatScript) { form = .script(script) }
    public init(_ character: Character) { form = .character(character) }

    /// The name; the file is `NAME.yaml`.
    public var name: String {
        switch form {
        case .script(let script): script.name
        case .character(let character): character.name
        }
    }

    /// Raised whenever the replies change.
    public var version: Int {
        switch form {
        case .script(let script): script.version
        case .character(let character): character.version
        }
    }

    public var title: String {
        switch form {
        case .script(let script): script.title
        case .character(let character): character.title
        }
    }

    public var role: ChatScript.Role {
        switch form {
        case .script(let script): script.role
        case .character: .client
        }
    }

    /// The language of what it says, such as `en`. Scripts are in English.
    public var language: String {
        switch form {
        case .script: "en"
        case .character(let character): character.language
        }
    }

    /// The first line; nil where the other side begins.
    public var opening: String? {
        switch form {
        case .script(let script): script.opening
        case .character(let character): character.opening
        }
    }

    public var pace: ChatScript.Pace {
        switch form {
        case .script(let script): script.pace
        case .character(let character): character.pace
        }
    }

    /// Reads a persona or a script from its file.
    ///
    /// - Throws: every mistake with its line, column and key.
    public static func load(path: String) throws(DeclarationErrors) -> Persona {
        try Declaration.load(PersonaFile.self, path: path).value.persona
    }

    /// Reads a persona that comes with the programs, by its name.
    public static func load(name: String) throws(DeclarationErrors) -> Persona {
        try load(path: "\(Places.personas)/\(name).yaml")
    }

    /// Reads a persona or a script from a text; `file` is the name that errors show.
    public static func read(_ text: String, file: String) throws(DeclarationErrors) -> Persona {
        try Declaration.decode(PersonaFile.self, from: text, file: file).persona
    }
}

/// A file of either form: which it is, `rules` tells, that only scripts have.
struct PersonaFile: Decodable {
    var persona: Persona

    private enum Key: String, CodingKey { case rules }

    init(from decoder: any Decoder) throws {
        let keys = try decoder.container(keyedBy: Key.self)
        persona =
            keys.contains(.rules)
            ? Persona(try decoder.singleValueContainer().decode(ChatScript.self))
            : Persona(try decoder.singleValueContainer().decode(Persona.Character.self))
    }
}
