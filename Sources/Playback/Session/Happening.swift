import Timebase

/// Something at one moment of a session, of whatever kind, for showing them all in one order.
public struct Happening: Hashable, Sendable {
    /// What it is. The order of the cases is the order of happenings at the same instant.
    public enum Kind: Int, Hashable, Sendable, Comparable, CaseIterable {
        case phase, gap, mark, event, key, turn

        /// The word for it, as `attune play --plain` prints it.
        public var name: String {
            switch self {
            case .phase: "phase"
            case .gap: "gap"
            case .mark: "mark"
            case .event: "event"
            case .key: "key"
            case .turn: "turn"
            }
        }

        public static func < (left: Kind, right: Kind) -> Bool { left.rawValue < right.rawValue }
    }

    public var time: Instant
    public var kind: Kind
    /// Who or what it is of: a turn's author, an event's kind, a stream's name; empty for the session.
    public var subject: String
    /// What is to be read; may hold anything a person typed, line ends included.
    public var text: String

    /// 95% bound of the error of its time, in nanoseconds; nil where none is stored.
    public var bound: Int64?

    public init(
        time: Instant, kind: Kind, subject: String, text: String, bound: Int64? = nil
    ) {
        self.time = time
        self.kind = kind
        self.subject = subject
        self.text = text
        self.bound = bound
    }

    /// In the order of time, then of kind.
    public static func isBefore(_ left: Happening, _ right: Happening) -> Bool {
        (left.time, left.kind) < (right.time, right.kind)
    }

    /// Subject and text as one line, without control characters.
    public var line: String {
        let whole = subject.isEmpty ? text : text.isEmpty ? subject : "\(subject): \(text)"
        return PlainText.line(whole)
    }
}
