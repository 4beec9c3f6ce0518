import Timebase

/// What a session file knows when recording is taken up again.
public struct ResumedSession: Hashable, Sendable {
    public var session: SessionRow
    public var streams: [StreamDescription]
    /// Samples stored of each stream: the next run's `firstIndex`.
    public var sampleCounts: [Int64: Int64]
    /// Key presses stored of each stream: the next ordinal.
    public var keystrokeCounts: [Int64: Int64]
    /// Last packet's arrival of each stream.
    public var lastArrivals: [Int64: Instant]
    /// The machine's clocks as they were noted last.
    public var lastTriple: TimeTriple?
    /// Number of the last turn; 0 when there is none.
    public var lastTurn: Int64
    public var ringPositions: [RingPosition]
    public var savedStates: [String: [UInt8]]
    /// As last stored by `SessionBatch.sources`.
    public var sources: String?
    /// Highest event number stored of each linked client.
    public var clientSequences: [String: Int64]
}
