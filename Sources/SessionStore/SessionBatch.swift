/// Everything that one transaction stores: rows, how far each ring is thereby stored, and the state
/// of whoever turns ring records into rows.
public struct SessionBatch: Sendable {
    /// Streams that are new, or (by id) described anew. Stored before everything else.
    public var streams: [StreamDescription] = []
    public var samples: [SampleRun] = []
    public var keyPresses: [KeyPress] = []
    /// Stored after the presses.
    public var keyReleases: [KeyRelease] = []
    public var events: [SessionEvent] = []
    public var turns: [Turn] = []
    /// Stored after the turns.
    public var turnsShown: [TurnShown] = []
    public var draftEdits: [DraftEdit] = []
    public var clockObservations: [ClockObservation] = []
    /// Each replaces the stream's segment with the same first index.
    public var clockSegments: [StreamClockSegment] = []
    public var timeTriples: [RecordedTriple] = []
    public var gaps: [StreamGap] = []
    public var phases: [PhaseChange] = []
    public var audit: [AuditEntry] = []
    /// Added to the counts already stored.
    public var faults: [FaultCount] = []
    /// Each replaces the position of the same ring.
    public var ringPositions: [RingPosition] = []
    /// Each replaces the state of the same name; an empty one removes it.
    public var savedStates: [String: [UInt8]] = [:]
    /// What the engine needs to open its sources again, as JSON; nil leaves it as it was.
    public var sources: String?
    /// Stored last.
    public var stateChange: SessionStateChange?

    public init() {}

    /// Whether there is nothing to store.
    public var isEmpty: Bool {
        streams.isEmpty && samples.isEmpty && keyPresses.isEmpty && keyReleases.isEmpty
            && events.isEmpty && turns.isEmpty && turnsShown.isEmpty && draftEdits.isEmpty
            && clockObservations.isEmpty && clockSegments.isEmpty && timeTriples.isEmpty
            && gaps.isEmpty && phases.isEmpty && audit.isEmpty && faults.isEmpty
            && ringPositions.isEmpty && savedStates.isEmpty && sources == nil
            && stateChange == nil
    }
}
