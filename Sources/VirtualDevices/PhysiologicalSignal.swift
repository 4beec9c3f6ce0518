import Glibc

/// A body at rest, as six sensors of a BITalino see it: made up, repeatable by seed, and good enough that
/// peak finders and skin-response detectors find what they look for.
///
/// A1 breathing, A2 electrocardiogram, A3 skin conductance, A4 pulse wave, A5 light, A6 movement; each 0…1023.
/// Heart and skin are at the ports where the board has these sensors and `bitalino.yaml` expects them. The
/// scales are those of the BITalino's sensors: 341 steps a millivolt, 41 steps a microsiemens.
struct PhysiologicalSignal: Sendable {
    private(set) var rhythm: HeartRhythm
    private let step: Double
    private var generator: SimulationGenerator
    private let slowDecay: Double
    private let fastDecay: Double
    private var slow = 0.0
    private var fast = 0.0
    private var untilResponse: Double
    private var tonic: Double
    private var light = 0.0

    /// A signal at `rate` samples a second.
    init(rate: Double, seed: UInt64) {
        rhythm = HeartRhythm(seed: seed)
        step = 1 / rate
        generator = SimulationGenerator(seed: seed, purpose: 0xB0D1)
        // A skin response rises within about a second and decays over some seconds.
        slowDecay = exp(-step / 3.2)
        fastDecay = exp(-step / 0.7)
        tonic = 4 + 3 * generator.fraction()
        untilResponse = generator.waiting(mean: 10)
    }

    /// Goes on to the next sample.
    mutating func advance() {
        rhythm.step(step)
        slow *= slowDecay
        fast *= fastDecay
        untilResponse -= step
        if untilResponse <= 0 {
            let amplitude = generator.logNormal(median: 0.6, spread: 0.5)
            slow += amplitude * 1.8
            fast += amplitude * 1.8
            untilResponse = 1 + generator.waiting(mean: 11)
        }
        // The level drifts, and comes back to 5 microsiemens within minutes.
        tonic += (5 - tonic) * step / 180 + 0.02 * step.squareRoot() * generator.normal()
        light += step
    }

    /// The value of a sensor now.
    /// - Parameter channel: 0 for A1 to 5 for A6.
    mutating func value(of channel: Int) -> Int64 {
        switch channel {
        case 0: return clamp(512 + 190 * sin(2 * .pi * rhythm.breath) + 1.5 * generator.normal())
        case 1:
            let millivolts =
                Self.electrocardiogram(at: rhythm.sinceBeat)
                + Self.electrocardiogram(at: rhythm.sinceBeat - rhythm.interval)
            return clamp(512 + 341.3 * millivolts + 2 * generator.normal())
        case 2: return clamp(40.96 * (tonic + slow - fast) + 0.4 * generator.normal())
        case 3:
            let wave =
                Self.pulse(at: rhythm.sinceBeat)
                + Self.pulse(at: rhythm.sinceBeat + rhythm.previousInterval)
            return clamp(400 + 260 * wave + 1.5 * generator.normal())
        case 4: return clamp(480 + 120 * sin(2 * .pi * light / 60) + 6 * generator.normal())
        default: return clamp(512 + 12 * generator.normal())
        }
    }

    /// The electrocardiogram in millivolts.
    mutating func electrocardiogram() -> Double {
        Self.electrocardiogram(at: rhythm.sinceBeat)
            + Self.electrocardiogram(at: rhythm.sinceBeat - rhythm.interval)
            + 0.006 * generator.normal()
    }

    /// The skin's conductance in microsiemens.
    mutating func skinConductance() -> Double {
        max(0.2, tonic + slow - fast + 0.005 * generator.normal())
    }

    /// The pulse wave, about 0 to 1.
    mutating func pulseWave() -> Double {
        Self.pulse(at: rhythm.sinceBeat)
            + Self.pulse(at: rhythm.sinceBeat + rhythm.previousInterval)
            + 0.004 * generator.normal()
    }

    /// The depth of the breath, -1 to 1.
    var breathing: Double { sin(2 * .pi * rhythm.breath) }

    /// Noise of deviation 1.
    mutating func noise() -> Double { generator.normal() }

    private func clamp(_ value: Double) -> Int64 {
        Int64(max(0, min(1023, value.rounded())))
    }

    // The shapes are tables of 1 ms, computed once.
    private static let tableStart = -0.4
    private static let electrocardiogramTable: [Double] = table { time in
        bump(time, -0.17, 0.025, 0.12) + bump(time, -0.035, 0.010, -0.12)
            + bump(time, 0, 0.011, 1.0) + bump(time, 0.030, 0.011, -0.22)
            + bump(time, 0.26, 0.045, 0.28)
    }
    private static let pulseTable: [Double] = table { time in
        bump(time, 0.28, 0.08, 1) + bump(time, 0.52, 0.11, 0.4)
    }

    private static func electrocardiogram(at seconds: Double) -> Double {
        look(electrocardiogramTable, seconds)
    }

    private static func pulse(at seconds: Double) -> Double { look(pulseTable, seconds) }

    private static func table(_ shape: (Double) -> Double) -> [Double] {
        (0..<2000).map { shape(tableStart + Double($0) / 1000) }
    }

    private static func bump(
        _ time: Double, _ centre: Double, _ width: Double, _ height: Double
    ) -> Double {
        let distance = (time - centre) / width
        return height * exp(-0.5 * distance * distance)
    }

    private static func look(_ table: [Double], _ seconds: Double) -> Double {
        let place = (seconds - tableStart) * 1000
        guard place >= 0, place < Double(table.count - 1) else { return 0 }
        let index = Int(place)
        let part = place - Double(index)
        return table[index] * (1 - part) + table[index + 1] * part
    }
}
