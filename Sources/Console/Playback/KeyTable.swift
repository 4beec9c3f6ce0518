import SessionStore
import Timebase

/// A session's key presses as columns, in the order of their time.
struct KeyTable: Sendable {
    /// Seconds since the session's start.
    private(set) var times: [Double] = []
    /// Seconds for which each was held; NaN where nobody saw it end.
    private(set) var held: [Float] = []
    /// Places in `classNames`.
    private(set) var classes: [UInt8] = []
    private(set) var classNames: [String] = []

    /// - Parameter start: the session's start.
    init(_ keys: [Keystroke], start: Instant) {
        var places: [String: UInt8] = [:]
        for key in keys.sorted(by: { $0.pressed < $1.pressed }) {
            // There are a handful of classes; should there ever be more than fit, they are told as others.
            var name = key.keyClass
            if places[name] == nil, places.count >= 255 { name = "other" }
            let place = places[name] ?? UInt8(clamping: places.count)
            if places.updateValue(place, forKey: name) == nil { classNames.append(name) }
            times.append(key.pressed.seconds(since: start))
            held.append(key.released.map { Float(Double($0 - key.pressed) / 1e9) } ?? .nan)
            classes.append(place)
        }
    }

    /// `Uint32 n, Uint32 0, n × Float64, n × Float32, n × Uint8`, little-endian.
    var bytes: [UInt8] {
        var writer = LittleEndianBytes(capacity: 8 + 13 * times.count)
        writer.count(times.count)
        for time in times { writer.add(time) }
        for value in held { writer.add(value) }
        for place in classes { writer.add(place) }
        return writer.bytes
    }

    /// Key presses a second in each of `pixels` equal stretches of `from..<to`.
    func density(from: Double, to: Double, pixels: Int) -> [Float] {
        var counts = [Float](repeating: 0, count: pixels)
        let width = (to - from) / Double(pixels)
        for time in times where time >= from && time < to {
            counts[min(pixels - 1, Int((time - from) / width))] += 1
        }
        return counts.map { $0 / Float(width) }
    }
}
