import Timebase

/// What a first reading of an XDF file found of one stream.
struct XDFStream: Sendable {
    /// The number that its chunks have.
    var number: UInt32
    /// Which header of that number it has, where there are several that differ.
    var generation = 0
    var header: XDFStreamHeader
    /// Where in the file the header stands.
    var position: Int64
    var footer: XDFStreamFooter?
    var offsets: [ClockOffset] = []
    /// Samples, by what chunks say.
    var declared: Int64 = 0
    /// Stamps of the first chunks, on the sender's clock.
    var firstStamps: [Double] = []
    /// About when the chunk that was seen last ends, on the sender's clock.
    var lastStamp: Double?
    /// How many chunks there were, and by how much the one that was seen last came after the one before.
    var chunks = 0
    var lastRise = 0.0
    /// Where the sender's clock went back.
    var setbacks: [StreamClock.Setback] = []
    /// How the sender's clock relates to the recorder's; known once all offsets are.
    var clock = StreamClock([])

    /// The first moment on the recorder's clock, in seconds; nil where nothing tells it.
    var begin: Double? {
        let stamps = firstStamps.filter { $0.isFinite && abs($0) < StampCleaner.largest }.sorted()
        guard !stamps.isEmpty else { return nil }
        // A damaged stamp among the first lies far from the others.
        let middle = stamps[stamps.count / 2]
        let usable = stamps.filter { abs($0 - middle) < 86_400 }
        return usable.map { clock.beginning($0) }.min()
    }
}
