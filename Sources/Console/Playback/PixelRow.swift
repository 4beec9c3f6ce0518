import Timebase

/// Extremes of each of equal stretches of time (pixels), to be filled with values.
struct PixelRow {
    let from: Instant
    /// Nanoseconds of a pixel.
    private let width: Double
    private(set) var pairs: [Float]

    init(from: Instant, to: Instant, pixels: Int) {
        self.from = from
        width = Double(to - from) / Double(pixels)
        pairs = [Float](repeating: .nan, count: 2 * pixels)
    }

    private var count: Int { pairs.count / 2 }

    /// Takes a value at a moment.
    mutating func add(_ value: Double, at time: Instant) {
        let place = Double(time - from) / width
        guard place >= 0, place < Double(count) else { return }
        include(Float(value), Float(value), at: Int(place))
    }

    /// Takes extremes of a stretch into all pixels that it touches.
    mutating func add(low: Float, high: Float, from start: Instant, to end: Instant) {
        let first = (Double(start - from) / width).rounded(.down)
        // A stretch that ends where a pixel begins does not touch it.
        let last = (Double(end - from) / width).rounded(.up) - 1
        guard last >= 0, first < Double(count) else { return }
        for pixel in Int(max(0, first))...Int(max(0, first, min(last, Double(count - 1)))) {
            include(low, high, at: pixel)
        }
    }

    private mutating func include(_ low: Float, _ high: Float, at pixel: Int) {
        guard low.isFinite, high.isFinite else { return }
        if !(pairs[2 * pixel] <= low) { pairs[2 * pixel] = low }
        if !(pairs[2 * pixel + 1] >= high) { pairs[2 * pixel + 1] = high }
    }
}
