import Timebase

/// The last seconds of one channel, as the fitting looks at them.
struct SignalWindow: Hashable, Sendable {
    /// What sort of signal it is; that says what good contact looks like.
    enum Kind: Hashable, Sendable {
        /// Electrocardiogram; values are in millivolts where `isCalibrated`.
        case ecg
        /// Skin conductance in microsiemens.
        case eda
        /// Pulse wave of light, in whatever the sensor counts.
        case ppg
        /// Anything else that moves: it can be flat or clipped, and nothing is known of contact.
        case generic
    }

    var kind: Kind
    /// `stream.channel`.
    var source: String
    /// Seconds after the moment at which one looks (negative before it), rising, one a value.
    var times: [Double]
    /// Missing readings are NaN.
    var values: [Double]
    /// Samples a second.
    var rate: Double
    /// Whether the values are in the unit that their kind has.
    var isCalibrated = true
    /// Range of the converter, in the values' unit.
    var minimum: Double?
    var maximum: Double?
    /// The smallest step of the values; nil where it is not known.
    var resolution: Double?

    /// The values that are there.
    var present: [Double] { values.filter { !$0.isNaN } }

    /// Seconds since the newest sample; nil where there is none.
    var age: Double? { times.last.map { max(0, -$0) } }

    /// The part from a time to another, in seconds after the moment at which one looks.
    func part(from: Double, to: Double) -> SignalWindow {
        var part = self
        let kept = times.indices.filter { times[$0] >= from && times[$0] < to }
        part.times = kept.map { times[$0] }
        part.values = kept.map { values[$0] }
        return part
    }

    /// The last seconds.
    func last(_ seconds: Double) -> SignalWindow { part(from: -seconds, to: .infinity) }
}
