import SessionStore

/// A session that this station has.
public struct LocalSession: Hashable, Sendable {
    /// How its file stands.
    public enum Condition: Hashable, Sendable {
        /// In its final form, which nobody changes any more.
        case sealed
        /// It records, or is not in its final form yet.
        case open
    }

    public var identifier: String
    public var study: String
    public var participant: String
    public var kind: SessionKind
    public var isPilot: Bool
    /// The machine that recorded it.
    public var station: String
    public var started: Int64
    public var finished: Int64
    public var parent: String?
    public var continuationOf: String?
    public var condition: Condition
    /// The file's path, and bytes.
    public var path: String
    public var size: Int64
    /// Of the file when it was finished, or changed since, as the study's index has it; nil for one that the
    /// index does not know.
    public var indexedSHA256: String?
    /// Rows of its audit trail that say that something was taken out of it.
    public var changes: [String]

    /// Where it is below the study's folder, by the daemon's rule and not by what it is called now.
    var file: String {
        (try? StudyDirectory.relativePath(
            participant: participant, kind: kind, started: started)) ?? ""
    }

    /// `20261121T093000Z-chat`.
    var stem: String { String(file.dropFirst(participant.utf8.count + 1).dropLast(7)) }
}
