import Timebase

/// What a `FrameScanner` must know of a frame: its length, how it is recognised, what is in it.
protocol FrameForm: Sendable {
    /// Bytes of a frame.
    var length: Int { get }
    /// Frames in a row, the first included, that confirm a start found by search.
    var confirmations: Int { get }
    /// Samples that a frame gives each stream.
    var samplesPerFrame: [Int] { get }

    /// Whether the bytes from `start` look like a frame. `start + length` is within `bytes`.
    func isFrame(_ bytes: Span<UInt8>, at start: Int) -> Bool
    /// Whether frames have a number that tells of a loss.
    var isNumbered: Bool { get }
    /// The frame's number; 0 where frames have none.
    func number(_ bytes: Span<UInt8>, at start: Int) -> UInt32
    /// How many frames after `earlier` the frame `later` comes, modulo the counter; 1 where frames
    /// have no number.
    func distance(from earlier: UInt32, to later: UInt32) -> Int64
    /// How many frames are missing at least between two that are not neighbours.
    func missing(from earlier: UInt32, to later: UInt32) -> Int64
    /// After how many frames their numbers begin anew; nil where they have none, or not evenly.
    var turn: Int64? { get }
    /// Appends the samples of `count` frames that follow one another from `start`. Frames come here
    /// in their order, each once, so that what spans several of them can be put together.
    mutating func append(
        _ bytes: Span<UInt8>, at start: Int, count: Int, into output: inout DecodedOutput)

    /// Frames were lost before the next one: forgets what was begun.
    mutating func interrupt()
    /// What spans frames, where there is such a thing.
    func save(into writer: inout StateWriter)
    mutating func restore(from reader: inout StateReader) throws(StateError)
}

extension FrameForm {
    mutating func interrupt() {}
    func save(into writer: inout StateWriter) {}
    mutating func restore(from reader: inout StateReader) throws(StateError) {}
}
