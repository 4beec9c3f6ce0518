import Glibc

/// What the example's microphone hears: no speech, since nothing here can speak, but two notes at each
/// cue and then a hum with the rhythm of a sentence. Full scale is 1.
struct ExampleSound {
    static let rate = 48_000

    /// From when to when there is something to hear, in seconds since the microphone's start.
    struct Remark {
        var from: Double
        var to: Double
    }

    private let remarks: [Remark]
    private static let notes = 0.4
    private static let harmonics = 12

    init(_ remarks: [Remark]) { self.remarks = remarks }

    /// A block of samples.
    func samples(_ range: Range<Int64>) -> [Int16] {
        range.map { place in
            let time = Double(place) / Double(Self.rate)
            let level = min(0.9, max(-0.9, self.level(at: time)))
            return Int16((level * 32_767).rounded())
        }
    }

    private func level(at time: Double) -> Double {
        guard
            let (number, remark) = remarks.enumerated().first(where: {
                $0.element.from <= time && time < $0.element.to
            })
        else { return 0 }
        let since = time - remark.from
        if since < Self.notes {
            // A fifth, each remark's a tone higher than the one before.
            let base = 523.25 * exp2(Double(number) / 6)
            let half = Self.notes / 2
            let part = since.truncatingRemainder(dividingBy: half)
            let envelope = min(1, part / 0.01) * exp(-part * 9)
            return 0.35 * envelope * sin(2 * .pi * base * (since < half ? 1 : 1.5) * part)
        }
        return hum(since - Self.notes, left: remark.to - time)
    }

    /// Harmonics of a low voice through the resonances of an open vowel, in syllables.
    private func hum(_ since: Double, left: Double) -> Double {
        let syllable = 0.5 - 0.5 * cos(2 * .pi * 3.3 * since)
        let envelope = min(1, since / 0.05) * min(1, max(0, left) / 0.1) * (0.15 + 0.85 * syllable)
        // The pitch swings by a few percent; its phase is the integral of that.
        let phase = 2 * .pi * 130 * (since + 0.008 * sin(2 * .pi * 0.8 * since))
        var sum = 0.0
        for harmonic in 1...Self.harmonics {
            let pitch = 130 * Double(harmonic)
            let first = (pitch - 650) / 160
            let second = (pitch - 1100) / 200
            let weight = exp(-0.5 * first * first) + 0.5 * exp(-0.5 * second * second)
            sum += (weight + 0.15 / Double(harmonic)) * sin(Double(harmonic) * phase)
        }
        return 0.12 * envelope * sum
    }
}
