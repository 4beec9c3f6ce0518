import Foundation
import SessionStore

/// A session as the list of sessions shows it.
public struct ListedSession: Encodable, Hashable, Sendable {
    /// UUID as text.
    public var id: String
    public var study: String
    public var participant: String
    /// `chat` or `commentary`.
    public var kind: String
    public var state: SessionState
    /// Nanoseconds since 1970-01-01 UTC.
    public var startedUtcNs: Int64
    /// From the start to the stop, by the wall clock; nil while it records, and where nobody saw it end.
    public var durationS: Double?
    public var pilot: Bool
    /// Id of the session that a commentary looks back on.
    public var parent: String?
    public var outcome: String?
    /// Which of the participant's visits it is, from 1.
    public var visit: Int?
    /// The level of each factor; nil where the study has no conditions.
    public var condition: [String: String]?
    /// The file's path.
    public var file: String
    /// Whether there is a review file beside it.
    public var hasReview: Bool
    /// Whether there is a quality report beside it.
    public var hasQuality: Bool
    /// When its copy at a backup place was read back last; nil where there is none.
    public var backedUpUtcNs: Int64?

    enum CodingKeys: String, CodingKey {
        case id, study, participant, kind, state
        case startedUtcNs = "started_utc_ns"
        case durationS = "duration_s"
        case pilot, parent, outcome, visit, condition, file
        case hasReview = "has_review"
        case hasQuality = "has_quality"
        case backedUpUtcNs = "backed_up_utc_ns"
    }

    /// Whether the file is in its final form, so that nobody changes it any more.
    var isFinished: Bool { state == .finished }
}
