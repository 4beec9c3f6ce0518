import Foundation

@testable import Recording

/// Signals as sensors give them, made up and the same each time.
struct MadeUpSignal {
    var kind: SignalWindow.Kind
    var rate: Double
    var seconds: Double
    /// Seconds after the moment of looking at which the window ends.
    var end = 0.0
    var minimum: Double?
    var maximum: Double?
    var resolution: Double?
    var isCalibrated = true

    /// - Parameter value: by seconds after the moment of looking.
    func window(_ value: (Double) -> Double) -> SignalWindow {
        let count = Int(seconds * rate)
        let times = (0..<count).map { end - seconds + Double($0 + 1) / rate }
        var values = times.map(value)
        if let resolution { values = values.map { ($0 / resolution).rounded() * resolution } }
        if let minimum { values = values.map { max(minimum, $0) } }
        if let maximum { values = values.map { min(maximum, $0) } }
        return SignalWindow(
            kind: kind, source: "made.up", times: times, values: values, rate: rate,
            isCalibrated: isCalibrated, minimum: minimum, maximum: maximum,
            resolution: resolution)
    }

    /// An electrocardiogram in mV: a sharp peak a beat with smaller waves around it.
    static func heart(_ time: Double, beatsPerMinute: Double = 66, amplitude: Double = 1) -> Double
    {
        let period = 60 / beatsPerMinute
        let phase = (time / period - (time / period).rounded(.down)) * period
        func wave(_ center: Double, _ width: Double, _ height: Double) -> Double {
            let distance = (phase - center) / width
            return height * exp(-distance * distance / 2)
        }
        return amplitude
            * (wave(0.30, 0.010, 1) + wave(0.27, 0.010, -0.15) + wave(0.33, 0.012, -0.2)
                + wave(0.14, 0.025, 0.12) + wave(0.55, 0.045, 0.25))
    }

    /// A response of skin conductance that begins at 0 and rises for about two seconds.
    static func response(_ time: Double) -> Double {
        guard time > 0 else { return 0 }
        // The usual shape with a fast rise and a slow recovery.
        let shape = exp(-time / 4) - exp(-time / 0.75)
        return shape / 0.51
    }
}

/// The same noise each time: normal, with a mean of 0 and a deviation of 1.
struct MadeUpNoise {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

    private mutating func uniform() -> Double {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return (Double(state >> 11) + 0.5) / Double(1 << 53)
    }

    mutating func next() -> Double {
        (-2 * log(uniform())).squareRoot() * cos(2 * .pi * uniform())
    }
}
