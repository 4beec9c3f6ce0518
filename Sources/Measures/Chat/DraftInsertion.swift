import SessionStore
import Timebase

/// A Suggestion that was put into a draft, as its event tells.
public struct DraftInsertion: Hashable, Sendable {
    public var time: Instant
    /// The Suggestion's id.
    public var id: String
    public var position: Int64
    /// Length, in the units of the edits.
    public var inserted: Int64

    /// Both are told for one and the same moment, but may have been mapped onto the station's clock at
    /// different ones.
    private static let tolerance: Int64 = 5_000_000

    public init(time: Instant, id: String, position: Int64, inserted: Int64) {
        self.time = time
        self.id = id
        self.position = position
        self.inserted = inserted
    }

    /// Whether an edit of a draft is this insertion.
    public func isThat(of edit: DraftEdit) -> Bool {
        edit.inserted == inserted && edit.position == position
            && max(edit.time, time) - min(edit.time, time) <= Self.tolerance
    }
}
