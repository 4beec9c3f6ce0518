import Timebase

/// The whole state of an annotation after something was done to it, as it is handed to the store.
public struct AnnotationChange: Hashable, Sendable {
    /// UUID of this change: the same one handed over again, because an answer was lost, adds nothing.
    public var change: String
    /// UUID of the annotation.
    public var annotation: String
    public var action: AnnotationAction
    /// The row that the change was made on; where somebody else has added a newer one meanwhile, the
    /// change is refused. nil: whatever is there.
    public var basedOn: Int64?
    /// Whose: a coder's name, an assignment's id, or `signals` for what is said of signals.
    public var layer: String
    /// Coding scheme by name, version and SHA-256 of its text; nil where there is none.
    public var scheme: String?
    public var schemeVersion: String?
    public var schemeSHA256: String?
    public var kind: AnnotationKind
    /// The code's id in the scheme, or a word of one's own.
    public var code: String
    /// JSON object: by modifier, what was chosen or typed.
    public var modifiers: String
    public var start: Instant?
    public var end: Instant?
    /// The session's own number of a stream, and a channel of it by name.
    public var stream: Int64?
    public var channel: String?
    /// `number` of the session's turns.
    public var turn: Int64?
    /// A piece of the turn's text in UTF-16 code units, as browsers count; the end is exclusive.
    public var spanStart: Int64?
    public var spanEnd: Int64?
    /// The stage of the assignment in which it was made; nil outside of assignments.
    public var stage: String?
    public var note: String
    /// JSON object: how it came about, such as `reaction_ms`, `pressed_ns`, `rate`, `origin`.
    public var detail: String
    /// Whether the annotation is gone in this state.
    public var isRemoved: Bool

    public init(
        change: String, annotation: String, action: AnnotationAction, basedOn: Int64? = nil,
        layer: String, scheme: String? = nil, schemeVersion: String? = nil,
        schemeSHA256: String? = nil, kind: AnnotationKind, code: String, modifiers: String = "{}",
        start: Instant? = nil, end: Instant? = nil, stream: Int64? = nil, channel: String? = nil,
        turn: Int64? = nil, spanStart: Int64? = nil, spanEnd: Int64? = nil, stage: String? = nil,
        note: String = "", detail: String = "{}", isRemoved: Bool = false
    ) {
        self.change = change
        self.annotation = annotation
        self.action = action
        self.basedOn = basedOn
        self.layer = layer
        self.scheme = scheme
        self.schemeVersion = schemeVersion
        self.schemeSHA256 = schemeSHA256
        self.kind = kind
        self.code = code
        self.modifiers = modifiers
        self.start = start
        self.end = end
        self.stream = stream
        self.channel = channel
        self.turn = turn
        self.spanStart = spanStart
        self.spanEnd = spanEnd
        self.stage = stage
        self.note = note
        self.detail = detail
        self.isRemoved = isRemoved
    }

    /// What is wrong with it whatever the session, in words; nil where nothing is.
    public var problem: String? {
        ReviewLimits.identifier(change, "its change")
            ?? ReviewLimits.identifier(annotation, "its annotation")
            ?? ReviewLimits.name(layer, "its layer") ?? ReviewLimits.name(code, "its code")
            ?? ReviewLimits.bounded(
                [
                    ("scheme", scheme ?? "", ReviewLimits.name),
                    ("scheme version", schemeVersion ?? "", ReviewLimits.name),
                    ("channel", channel ?? "", ReviewLimits.name),
                    ("stage", stage ?? "", ReviewLimits.name),
                    ("modifiers", modifiers, ReviewLimits.value),
                    ("note", note, ReviewLimits.text), ("detail", detail, ReviewLimits.value),
                ]) ?? schemeProblem ?? shapeProblem
            ?? (action == .remove && !isRemoved ? "it removes, and is not removed" : nil)
    }

    private var schemeProblem: String? {
        (scheme == nil) == (schemeSHA256 == nil) && (scheme == nil) == (schemeVersion == nil)
            ? nil : "a scheme is told by name, version and SHA-256 together"
    }

    private var shapeProblem: String? {
        if kind.isStretch {
            guard let start, let end, start < end else { return "it needs a start before its end" }
        } else if let end {
            guard kind == .turn || kind == .span, let start, start <= end else {
                return "a \(kind.rawValue) has no end"
            }
        }
        switch kind {
        case .point, .interval:
            if kind == .point && start == nil { return "a point needs a start" }
            if spanStart != nil || spanEnd != nil { return "a \(kind.rawValue) has no span" }
        case .turn:
            if turn == nil { return "it needs a turn" }
            if spanStart != nil || spanEnd != nil { return "a turn as a whole has no span" }
        case .span:
            guard turn != nil, let spanStart, let spanEnd, 0 <= spanStart, spanStart < spanEnd
            else {
                return "a span needs a turn, and a first code unit before its end"
            }
        case .beat, .noBeat, .artefact:
            if stream == nil { return "a \(kind.rawValue) needs a stream" }
            if kind != .artefact && start == nil { return "a \(kind.rawValue) needs a start" }
            if spanStart != nil || spanEnd != nil || turn != nil {
                return "a \(kind.rawValue) is of a signal, not of a turn"
            }
        }
        return stream == nil && channel != nil ? "a channel needs its stream" : nil
    }
}
