import Timebase

/// The elements of one stretch of time, read again only when another stretch is asked for.
struct WindowCache<Element> {
    private var range: Range<Instant>?
    private var elements: [Element] = []

    /// All elements of a stretch around `from..<to`, which is read with `margin` nanoseconds more on
    /// both sides.
    mutating func elements<Failure: Error>(
        from: Instant, to: Instant, margin: Int64,
        _ read: (Instant, Instant) throws(Failure) -> [Element]
    ) throws(Failure) -> [Element] {
        if let range, range.lowerBound <= from, to <= range.upperBound { return elements }
        let wide = (from + -margin)..<max(from + -margin, to + margin)
        elements = try read(wide.lowerBound, wide.upperBound)
        range = wide
        return elements
    }

    mutating func forget() {
        range = nil
        elements = []
    }
}
