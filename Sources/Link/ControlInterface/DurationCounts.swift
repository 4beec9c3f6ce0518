/// How long something took, counted into fixed classes since the daemon began. A pure value.
public struct DurationCounts: Codable, Hashable, Sendable {
    /// The largest duration of each class, rising.
    public var boundsMs: [Double]
    /// How often it took so long; one more than there are bounds, for what took longer than all.
    public var counts: [Int]
    /// All durations together.
    public var sumMs: Double

    /// Nothing was counted yet.
    public init(boundsMs: [Double]) {
        self.boundsMs = boundsMs
        counts = [Int](repeating: 0, count: boundsMs.count + 1)
        sumMs = 0
    }

    /// - Parameter milliseconds: one that equals a bound counts below it.
    public mutating func note(milliseconds: Double) {
        let place = boundsMs.firstIndex { milliseconds <= $0 } ?? boundsMs.count
        counts[place] += 1
        sumMs += milliseconds
    }

    /// From below a commit on a fast disk to one that hangs: a commit is due each 250 ms, and told as slow
    /// from 600 ms on.
    public static let commits = DurationCounts(
        boundsMs: [1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000])
}
