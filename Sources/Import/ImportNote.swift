/// Something that a person should know of an import: what was broken, what is missing, what could not be
/// carried over.
public struct ImportNote: Hashable, Sendable, Codable {
    /// What it is about, such as a stream's name; empty for a file as a whole.
    public var subject: String
    /// A whole sentence.
    public var message: String

    public init(_ subject: String, _ message: String) {
        self.subject = subject
        self.message = message
    }
}

/// Notes as they are found. What happens thousands of times is told some times, and then counted.
struct ImportNotes: Sendable {
    private(set) var notes: [ImportNote] = []
    /// How many of a kind there were that are not in `notes`.
    private var more: [String: Int] = [:]
    private var told: [String: Int] = [:]

    /// Notes of one kind that are told each for itself.
    private static let most = 8

    /// - Parameter kind: notes of the same kind are counted together.
    mutating func add(_ subject: String, _ message: String, kind: String) {
        let count = told[kind, default: 0]
        told[kind] = count + 1
        if count < Self.most {
            notes.append(ImportNote(subject, message))
        } else {
            more[kind, default: 0] += 1
        }
    }

    /// A note that is the only one of its kind.
    mutating func add(_ subject: String, _ message: String) {
        notes.append(ImportNote(subject, message))
    }

    /// All notes, and how many more there were of each kind.
    var all: [ImportNote] {
        notes
            + more.sorted { $0.key < $1.key }.map { kind, count in
                ImportNote("", "\(count) more of: \(kind).")
            }
    }
}
