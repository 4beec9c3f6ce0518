import Declarations
import Link
import Review
import SessionStore

/// Coding schemes as the pages read them.
enum SchemesAnswer {
    /// The station's schemes; one with mistakes is told with them.
    static func all() -> JSONValue {
        .object([
            "schemes": .array(
                SchemeShelf.names.map { name in
                    do throws(DeclarationErrors) {
                        guard let (_, text) = try SchemeShelf.scheme(named: name) else {
                            return ["name": .string(name), "error": "The file is not there."]
                        }
                        return value(of: text, FileHash.sha256(of: text))
                    } catch {
                        return ["name": .string(name), "error": .string(error.description)]
                    }
                })
        ])
    }

    /// A scheme with its SHA-256.
    static func value(of text: String, _ sha256: String) -> JSONValue {
        do {
            let scheme = try CodingScheme.read(text, file: "the scheme")
            guard case .object(var members) = try JSONValue(encoding: scheme) else { return .null }
            members["sha256"] = .string(sha256)
            return .object(members)
        } catch {
            return ["sha256": .string(sha256), "error": .string("\(error)")]
        }
    }

    /// The text of a scheme of the station by its name; nil for no name.
    static func text(named name: String?, actor: String) throws -> CodingSchemeText? {
        guard let name, !name.isEmpty else { return nil }
        guard let found = try? SchemeShelf.scheme(named: name) else {
            throw ConsoleRefusal(
                .badRequest, "There is no coding scheme '\(name)' that can be read.")
        }
        return CodingSchemeText(
            actor: actor, name: found.scheme.name, version: found.scheme.version, text: found.text)
    }

    /// The text of a scheme of the station.
    static func text(
        sha256: String, actor: String
    ) throws(AnnotationRequest.Refusal) -> CodingSchemeText {
        for name in SchemeShelf.names {
            let found = try? SchemeShelf.scheme(named: name)
            guard let found, FileHash.sha256(of: found.text) == sha256 else { continue }
            return CodingSchemeText(
                actor: actor, name: found.scheme.name, version: found.scheme.version,
                text: found.text)
        }
        throw AnnotationRequest.Refusal(
            change: "",
            message: "The coding scheme was changed since this page was loaded: load it again.")
    }
}
