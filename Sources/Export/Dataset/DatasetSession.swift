import Link
import SessionStore
import Timebase

/// A session of a dataset: what is known of it without reading its data.
public struct DatasetSession: Hashable, Sendable {
    /// The session file.
    public var path: String
    /// UUID as text.
    public var identifier: String
    public var study: String
    public var participant: String
    public var kind: SessionKind
    public var state: SessionStore.SessionState
    public var isPilot: Bool
    /// Which of the participant's visits it is, from 1; nil in a study without a plan of them.
    public var visit: Int?
    /// The level of each factor; nil where the study has no conditions.
    public var condition: [String: String]?
    public var outcome: String?
    /// On the session's clock.
    public var started: Instant
    /// Nanoseconds since 1970-01-01 UTC.
    public var startedRealtime: Int64
    /// The study protocol as it was read; empty where there was none.
    var protocolText: String
    /// Identifier of the session that a commentary looks back on.
    public var parent: String?
    /// SHA-256 of the finished file by the study's index; nil where it has none.
    public var sha256: String?
    /// What a frozen dataset pins of it; nil where nothing is pinned.
    public var pin: SessionPin?
    /// What was taken out of it since it was pinned, in words; nil where it is as it was pinned.
    public var changedSincePinned: String?

    /// - Parameters:
    ///   - event: of kind `condition`, for files without an index.
    ///   - indexed: what the study's database says.
    init(path: String, _ row: SessionRow, _ event: SessionEvent?, indexed: IndexedSession?) {
        self.path = path
        let description = row.description
        identifier = description.identifier
        study = description.study
        participant = description.participant
        kind = description.kind
        state = row.state
        isPilot = description.isPilot
        let own = event.flatMap { try? JSONValue(parsing: $0.payload) }
        visit = indexed?.visit ?? own?["visit"]?.integer.map { Int(clamping: $0) }
        condition = indexed?.condition ?? own.flatMap(Self.condition)
        outcome = row.outcome
        started = description.started
        startedRealtime = description.startedRealtime
        protocolText = description.protocolText
        parent = description.parent
        sha256 = indexed?.sha256
    }

    private static func condition(_ payload: JSONValue) -> [String: String]? {
        guard case .object(let levels)? = payload["condition"] else { return nil }
        return levels.compactMapValues(\.string)
    }
}

/// A session that was found and is not exported, with the reason.
public struct ExcludedSession: Hashable, Sendable {
    public enum Reason: String, Hashable, Sendable, CaseIterable {
        case pilot
        /// The session's or the participant's consent was withdrawn.
        case withdrawn
        /// It is still being recorded.
        case recording
        /// Its participant was not asked for.
        case participant
        /// It cannot be read; a message says why.
        case unreadable
    }

    public var path: String
    public var participant: String
    public var reason: Reason
    /// In words, for whoever asked for the export.
    public var message: String
}

/// What of a session and its review file counts in a frozen dataset. Both only grow, so that numbers of
/// rows say all.
public struct SessionPin: Hashable, Sendable, Codable {
    /// Of the session file.
    public var sha256: String
    /// Number of the alignment in the review file; 0 for the session's own times.
    public var alignment: Int64
    /// Largest id of each of the review file's tables; 0 where there is none.
    public var annotations: Int64
    public var ratings: Int64
    public var transcripts: Int64
    public var emotionCorrections: Int64
}
