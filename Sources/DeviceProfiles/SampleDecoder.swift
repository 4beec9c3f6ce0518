import Timebase

/// Turns a device's bytes into samples.
///
/// A pure value: the same bytes give the same samples, however they are split over calls, and
/// after garbage it finds its way back by itself. It never traps, whatever the bytes are. Its state
/// can be saved at any byte and restored into a fresh decoder of the same profile.
public protocol SampleDecoder: SavedState, Sendable {
    /// Decodes `bytes` and appends what became complete to `output`, which has the profile's streams.
    mutating func decode(_ bytes: UnsafeRawBufferPointer, into output: inout DecodedOutput)

    /// Decodes one whole packet of a characteristic, by its index in the transport's list. What does
    /// not concern the decoder (a battery's level) is passed over in silence. A decoder of byte
    /// streams takes packets as pieces of its stream, which is the default.
    mutating func decode(
        packet: UnsafeRawBufferPointer, from characteristic: Int, into output: inout DecodedOutput)

    /// Takes what the start-up conversation negotiated. Called before the first byte, and again
    /// after a restart of the device; bytes that make no sense are ignored.
    mutating func configure(_ settings: [UInt8])

    /// Bytes were lost at this point (ring overflow, reconnection): forgets a partial frame and
    /// looks for a start anew. The device's counter is kept, so that the next break tells the loss
    /// modulo that counter; a break is reported in any case, with `missing` 0 if the counter shows
    /// none. Call `finish(into:)` first to keep frames that are complete but not yet confirmed.
    mutating func interrupt()

    /// As `interrupt()`, where it is known how many bytes are missing: a decoder whose samples are always as long
    /// can tell then how many of them are, beyond whole turns of their counter, too.
    /// - Parameter lost: nil where nobody counted them.
    mutating func interrupt(lost: Int64?)

    /// How many samples of each stream are missing behind the last, as the bytes say that were counted; nil where
    /// none were, or they do not tell.
    var missing: [Int64]? { get }

    /// Bytes may have been lost at this point, or none (nobody was reading): what was begun before it is given
    /// out only where what follows proves that it belongs together. Nothing is lost by asking where nothing
    /// was lost.
    /// - Returns: whether that can be told; where not, bytes have to count as lost (`finish(into:)`, and then
    ///   `interrupt()`), and nothing was changed.
    mutating func suspect() -> Bool

    /// No more bytes will come: appends complete frames that still waited to be confirmed by
    /// the frames after them.
    mutating func finish(into output: inout DecodedOutput)
}

extension SampleDecoder {
    public mutating func decode(
        packet: UnsafeRawBufferPointer, from characteristic: Int, into output: inout DecodedOutput
    ) {
        unsafe decode(packet, into: &output)
    }

    public mutating func configure(_ settings: [UInt8]) {}

    public mutating func interrupt(lost: Int64?) { interrupt() }

    public var missing: [Int64]? { nil }

    /// Packets are whole.
    public mutating func suspect() -> Bool { true }
}
