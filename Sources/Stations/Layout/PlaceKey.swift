import SessionStore

/// The names of what a place holds (`Protocols/formats/stations.md`). Each is made here, from codes that were
/// looked at: none is ever taken from what a place lists.
enum PlaceKey {
    /// What says that a folder or prefix is a place.
    static let mark = "attune-place.json"

    static func sessions(_ study: String) -> String { "\(study)/sessions/" }

    static func stations(_ study: String) -> String { "\(study)/stations/" }

    static func files(_ study: String) -> String { "\(study)/files/" }

    /// What is written last of a session: without it the session is not there.
    static func manifest(study: String, session: String) -> String {
        "\(sessions(study))\(session).json"
    }

    static func ledger(study: String, name: String) -> String { "\(stations(study))\(name).json" }

    /// A file, by its content: another content has another name, so that nothing is ever written over.
    /// - Parameter stem: `20261121T093000Z-chat`.
    static func file(
        study: String, participant: String, stem: String, part: SessionPart, sha256: String
    ) -> String {
        "\(files(study))\(participant)/\(stem).\(sha256.prefix(12))\(part.suffix)"
    }

    /// What all files of a session begin with, whatever their content.
    static func stem(study: String, participant: String, stem: String) -> String {
        "\(files(study))\(participant)/\(stem)."
    }

    /// The name between a prefix and `.json`; nil for a key that is not such a one.
    static func name(_ key: String, below prefix: String) -> String? {
        guard key.hasPrefix(prefix), key.hasSuffix(".json") else { return nil }
        let name = String(key.dropFirst(prefix.count).dropLast(".json".count))
        return isPlain(name) ? name : nil
    }

    /// Whether a name can be a folder's, a session's or a station's: 1 to 128 letters (A to Z, a to z), digits,
    /// `-`, `_` and `.`, the first a letter or a digit.
    static func isPlain(_ name: some StringProtocol) -> Bool {
        func isLetterOrDigit(_ byte: UInt8) -> Bool {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                true
            default: false
            }
        }
        return (1...128).contains(name.utf8.count) && name.utf8.first.map(isLetterOrDigit) == true
            && name.utf8.allSatisfy {
                isLetterOrDigit($0)
                    || [UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: ".")]
                        .contains($0)
            }
    }

    /// Whether a key can be a file of a place: plain names with slashes between them, at most 8 of them.
    static func isSafe(_ key: String) -> Bool {
        let parts = key.split(separator: "/", omittingEmptySubsequences: false)
        return parts.count <= 8 && parts.allSatisfy(isPlain)
    }

    /// Whether a text is a SHA-256: 64 lowercase hexadecimal digits.
    static func isSHA256(_ text: String) -> Bool {
        text.utf8.count == 64
            && text.utf8.allSatisfy {
                switch $0 {
                case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"):
                    true
                default: false
                }
            }
    }

    /// A session's id as it can be a file's name.
    static func isSession(_ identifier: String) -> Bool {
        (try? StudyDirectory.validate(identifier, "session")) != nil
    }
}
