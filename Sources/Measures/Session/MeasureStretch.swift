import Timebase

/// A stretch of a session that is measured.
public struct MeasureStretch: Hashable, Sendable {
    /// What it is, and so which variables it has.
    public enum Kind: Hashable, Sendable {
        /// A phase by its name.
        case phase(String)
        /// A turn by its number.
        case turn(Int64)
        /// A window of a fixed length.
        case window
    }

    public var kind: Kind
    public var from: Instant
    /// Behind the stretch.
    public var to: Instant

    public init(kind: Kind, from: Instant, to: Instant) {
        self.kind = kind
        self.from = from
        self.to = max(from, to)
    }

    var range: Range<Instant> { from..<to }
    /// Seconds.
    var length: Double { Double(to - from) / 1e9 }
}

extension Instant {
    /// Seconds from an earlier moment.
    func seconds(since earlier: Instant) -> Double { Double(self - earlier) / 1e9 }
}
