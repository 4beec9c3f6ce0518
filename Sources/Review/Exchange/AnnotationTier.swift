import SessionStore
import Timebase

/// Annotations in a row that do not overlap, as programs for transcription have them.
public struct AnnotationTier: Hashable, Sendable {
    public enum Kind: Hashable, Sendable {
        case points
        case intervals
    }

    public struct Entry: Hashable, Sendable {
        public var start: Instant
        /// After the start; a point has its own time.
        public var end: Instant
        public var value: String
        /// What else is said of it, by name: modifiers, `note`, `text`.
        public var more: [String: String]

        public init(start: Instant, end: Instant, value: String, more: [String: String] = [:]) {
            self.start = start
            self.end = end
            self.value = value
            self.more = more
        }
    }

    public var name: String
    /// Whose annotations these are; empty for the session's own turns.
    public var layer: String
    public var kind: Kind
    /// What values can stand in it, with their definitions; empty where any can.
    public var vocabulary: [(value: String, definition: String)] {
        codes.map { ($0.code, $0.title) }
    }
    var codes: [TierCode]
    /// The tier that its entries lie within; nil where it stands by itself.
    public var parent: String?
    /// In order, without overlaps.
    public var entries: [Entry]
}

/// A value that can stand in a tier.
struct TierCode: Hashable, Sendable {
    var code: String
    var title: String
}
