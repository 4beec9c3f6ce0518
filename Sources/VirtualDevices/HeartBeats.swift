import Timebase

/// The beats of a heart as they happen on this machine's clock.
struct HeartBeats: Sendable {
    /// One beat.
    struct Beat: Hashable, Sendable {
        /// When it was.
        var time: Instant
        /// Seconds since the beat before.
        var interval: Double
    }

    private var rhythm: HeartRhythm
    private var reached: Instant?

    init(seed: UInt64) { rhythm = HeartRhythm(seed: seed) }

    /// Seconds from beat to beat now.
    var interval: Double { rhythm.previousInterval }

    /// The beats since the last call, up to a moment; the first call begins to count there.
    mutating func beats(until now: Instant) -> [Beat] {
        guard let reached, reached < now else {
            if reached == nil { reached = now }
            return []
        }
        var beats: [Beat] = []
        var moment = reached
        while true {
            let left = Double(now - moment) * 1e-9
            // A nanosecond more than to the beat, so that rounding never stops short of it.
            let toBeat = max(0, rhythm.interval - rhythm.sinceBeat) + 1e-9
            guard toBeat <= left else {
                rhythm.step(left)
                break
            }
            rhythm.step(toBeat)
            moment = moment + Int64(toBeat * 1e9)
            beats.append(Beat(time: moment, interval: rhythm.previousInterval))
        }
        self.reached = now
        return beats
    }
}
