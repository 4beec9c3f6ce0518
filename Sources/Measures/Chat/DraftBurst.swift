import Timebase

/// A stretch in which a writer puts text at the end of what was just written, without a pause.
///
/// Source: Chenoweth, N. A., and Hayes, J. R., 2001, Fluency in writing, Written Communication 18, 80–98.
public struct DraftBurst: Hashable, Sendable {
    /// What ended it.
    public enum End: String, Hashable, Sendable, CaseIterable {
        /// A pause (a P-burst).
        case pause
        /// A revision: text was deleted, or written elsewhere (an R-burst).
        case revision
        /// Something was put in that was not written: a paste, a Suggestion.
        case insertion
        /// The message was sent, or the recording ended.
        case sent
    }

    public var from: Instant
    public var to: Instant
    /// How many characters came (UTF-16 code units, as the edits count them).
    public var inserted: Int64
    public var edits: Int
    public var end: End
}
