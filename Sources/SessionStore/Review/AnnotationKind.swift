/// What an annotation marks, and so what it must have.
public enum AnnotationKind: String, CaseIterable, Hashable, Sendable {
    /// A moment: `start` alone.
    case point
    /// A stretch of time: `start` before `end`.
    case interval
    /// A turn as a whole: `turn`.
    case turn
    /// A piece of a turn's text: `turn`, `spanStart` before `spanEnd`.
    case span
    /// An R peak at `start` that the detector does not have: `start` and `stream`.
    case beat
    /// Takes the detector's R peak at `start` away. A peak that was moved is this and a `beat`.
    case noBeat = "no-beat"
    /// A stretch of a stream that measures leave out: `start` before `end`, `stream`; without
    /// `channel` all of the stream's.
    case artefact

    /// Whether it has a beginning and an end.
    public var isStretch: Bool { self == .interval || self == .artefact }
    /// Whether it says something of a signal, so that measures depend on it.
    public var isOfSignal: Bool { self == .beat || self == .noBeat || self == .artefact }
}
