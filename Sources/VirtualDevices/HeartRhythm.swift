import Glibc

/// When the heart beats: intervals around a mean, swinging with the breath and with the 0.1 Hz wave of
/// blood pressure, and a little at random.
struct HeartRhythm: Sendable {
    /// Seconds since the last beat.
    private(set) var sinceBeat: Double
    /// Seconds from the last beat to the next.
    private(set) var interval: Double
    /// Seconds from the beat before the last one to the last.
    private(set) var previousInterval: Double
    /// Breaths: phase in turns.
    private(set) var breath = 0.0
    /// Whether the last step passed a beat.
    private(set) var isBeat = false
    private var wave = 0.0
    private var generator: SimulationGenerator

    init(seed: UInt64) {
        generator = SimulationGenerator(seed: seed, purpose: 0x8EA7)
        breath = generator.fraction()
        wave = generator.fraction()
        interval = 0.86
        previousInterval = 0.86
        sinceBeat = generator.fraction() * 0.8
    }

    /// Goes on by a time in seconds.
    mutating func step(_ seconds: Double) {
        breath += 0.24 * seconds
        if breath >= 1 { breath -= breath.rounded(.down) }
        wave += 0.1 * seconds
        if wave >= 1 { wave -= wave.rounded(.down) }
        sinceBeat += seconds
        isBeat = sinceBeat >= interval
        while sinceBeat >= interval {
            sinceBeat -= interval
            previousInterval = interval
            let swing = 0.045 * sin(2 * .pi * breath) + 0.03 * sin(2 * .pi * wave)
            interval = min(1.5, max(0.5, 0.86 + swing + 0.012 * generator.normal()))
        }
    }
}
