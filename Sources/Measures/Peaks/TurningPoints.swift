/// The maxima and minima of a signal one after the other, with its ends: enough to tell its peaks and how far
/// they stand out, in a small part of its memory.
struct TurningPoints {
    /// NaN where the signal was interrupted.
    private(set) var values: [Double] = []
    private(set) var times: [Double] = []
    private let smallest: Double
    /// The newest extreme so far: becomes a turning point once the signal went back from it by `smallest`.
    private var open: (value: Double, time: Double)?
    private var isRising: Bool?

    init(smallest: Double) { self.smallest = smallest }

    /// - Parameter value: NaN interrupts the signal.
    mutating func add(_ value: Double, at time: Double) {
        guard value.isFinite else { return end() }
        guard let last = open else {
            append(value, time)
            open = (value, time)
            return
        }
        if isRising != false, value > last.value {
            open = (value, time)
            isRising = true
        } else if isRising != true, value < last.value {
            open = (value, time)
            isRising = false
        } else if let rising = isRising, (value - last.value).magnitude >= smallest {
            append(last.value, last.time)
            open = (value, time)
            isRising = !rising
        }
    }

    /// The signal is over, or interrupted.
    mutating func end() {
        if let last = open, isRising != nil { append(last.value, last.time) }
        if open != nil { append(.nan, times.last ?? 0) }
        open = nil
        isRising = nil
    }

    private mutating func append(_ value: Double, _ time: Double) {
        values.append(value)
        times.append(time)
    }
}
