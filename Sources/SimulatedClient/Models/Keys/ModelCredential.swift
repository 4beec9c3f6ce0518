import Glibc
import SystemCalls

/// A key to an endpoint. It prints as nothing that could give it away, and cannot be encoded.
public struct ModelCredential: Sendable, CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    let key: String

    /// - Throws: `credential` for a key that no header line can hold.
    public init(_ key: String) throws(ModelFailure) {
        guard !key.isEmpty, key.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw ModelFailure(
                .credential,
                "The key is empty or holds spaces or other characters that no key has. Put the key "
                    + "alone, on one line, into its file.")
        }
        self.key = key
    }

    public var description: String { "a key" }
    public var debugDescription: String { "a key" }
    public var customMirror: Mirror { Mirror(self, children: [:]) }

    /// Reads the key of a name: from the file of that name in `$CREDENTIALS_DIRECTORY` (systemd.exec(5),
    /// `LoadCredential=`), else from the environment's `ATTUNE_MODEL_KEY`.
    ///
    /// - Parameters:
    ///   - name: nil where the endpoint wants none.
    ///   - environment: the variable of a name.
    /// - Throws: `credential` where there is none of that name, and says where to put it.
    public static func read(
        named name: String?, environment: (String) -> String? = Self.variable
    ) throws(ModelFailure) -> ModelCredential? {
        guard let name else { return nil }
        guard !name.isEmpty, !name.contains("/"), name != ".", name != ".." else {
            throw ModelFailure(.credential, "A credential's name is a file name, without '/'.")
        }
        var place = "a credential '\(name)' of the service (LoadCredential=\(name):/path)"
        if let directory = environment("CREDENTIALS_DIRECTORY"), !directory.isEmpty {
            let path = "\(directory)/\(name)"
            place = path
            if FileSystem.exists(path) {
                do {
                    guard try FileSystem.size(path) <= 16_384 else {
                        throw ModelFailure(.credential, "\(path) is too large to be a key.")
                    }
                    return try ModelCredential(trimmed(try FileSystem.readText(path)))
                } catch let failure as ModelFailure {
                    throw failure
                } catch {
                    throw ModelFailure(.credential, "The key cannot be read: \(error).")
                }
            }
        }
        if let text = environment("ATTUNE_MODEL_KEY"), !trimmed(text).isEmpty {
            return try ModelCredential(trimmed(text))
        }
        throw ModelFailure(
            .credential,
            "There is no key for '\(name)'. Put it into \(place), or into the environment's "
                + "ATTUNE_MODEL_KEY.")
    }

    /// A variable of this process's environment.
    public static func variable(_ name: String) -> String? {
        guard let value = unsafe getenv(name) else { return nil }
        return unsafe String(cString: value)
    }

    private static func trimmed(_ text: String) -> String {
        var text = Substring(text).drop(while: \.isWhitespace)
        while let last = text.last, last.isWhitespace { text.removeLast() }
        return String(text)
    }
}
