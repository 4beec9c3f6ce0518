import Timebase

/// The smallest and largest value of a channel in each of many equal stretches of time (pixels).
public struct Overview: Hashable, Sendable {
    public var from: Instant
    public var to: Instant
    public var channel: ChannelDescription
    /// One a pixel, in raw values; NaN where the stretch holds no sample.
    public var minimum: [Float]
    public var maximum: [Float]

    init(from: Instant, to: Instant, channel: ChannelDescription, pixels: Int) {
        self.from = from
        self.to = to
        self.channel = channel
        minimum = [Float](repeating: .nan, count: pixels)
        maximum = minimum
        width = Double(to - from) / Double(pixels)
    }

    /// Nanoseconds of a pixel.
    let width: Double

    /// Takes a sample or a bucket of `from..<to` into the pixel that holds its time.
    mutating func add(_ low: Float, _ high: Float, at offset: Double) {
        let place = offset / width
        guard !low.isNaN, place.isFinite else { return }
        // The quotient may be rounded across the last pixel's end.
        let pixel = Int(min(max(place, 0), Double(minimum.count - 1)))
        if !(minimum[pixel] <= low) { minimum[pixel] = low }
        if !(maximum[pixel] >= high) { maximum[pixel] = high }
    }

    /// The overview in the channel's unit, by scale and offset; a `conversion` is not applied.
    public func physical() -> (minimum: [Double], maximum: [Double]) {
        let low = minimum.map { channel.physical(Double($0)) }
        let high = maximum.map { channel.physical(Double($0)) }
        return channel.scale < 0 ? (high, low) : (low, high)
    }
}
