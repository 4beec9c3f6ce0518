/// The lower convex hull of points that come with rising x, kept as they come.
///
/// Delay is a constant plus something that is never negative, so the clock's line lies under all
/// arrivals and touches the least delayed ones: the hull holds all that can matter to it.
/// Adding is O(1) on average (Andrew's monotone chain). The size is bounded: past 256 corners every
/// second inner corner is dropped, which raises the hull by less than its own sagging between two
/// neighbours.
struct LowerHull: Hashable, Sendable {
    struct Point: Hashable, Sendable {
        var x: Double
        var y: Double
    }

    private(set) var corners: [Point] = []
    static let capacity = 256

    init() {}

    init(corners: [Point]) { self.corners = corners }

    /// Adds a point whose x is larger than all before it; one with the same x replaces a higher one.
    mutating func add(_ point: Point) {
        Self.extend(&corners, by: point)
        if corners.count > Self.capacity { thin() }
    }

    /// Adds a point to a hull of any size.
    static func extend(_ corners: inout [Point], by point: Point) {
        if let last = corners.last, point.x <= last.x {
            guard point.y < last.y else { return }
            corners.removeLast()
        }
        while corners.count >= 2 {
            let a = corners[corners.count - 2]
            let b = corners[corners.count - 1]
            let cross = (b.x - a.x) * (point.y - a.y) - (b.y - a.y) * (point.x - a.x)
            if cross > 0 { break }
            corners.removeLast()
        }
        corners.append(point)
    }

    private mutating func thin() {
        var kept: [Point] = []
        kept.reserveCapacity(Self.capacity)
        for (index, corner) in corners.enumerated()
        where index % 2 == 0 || index == corners.count - 1 {
            kept.append(corner)
        }
        corners = kept
    }

    /// The line under all points with the least sum of distances, its slope held within limits.
    ///
    /// Of all lines under the points, the one through the hull's edge over the mean x has the least
    /// sum of vertical distances (linear programming's optimum). Where its slope is not possible for
    /// the clock, the line with the nearest possible slope is laid against the hull from below.
    /// - Returns: nil without points.
    func supportLine(meanX: Double, slopes: ClosedRange<Double>) -> Line? {
        guard let first = corners.first else { return nil }
        var slope = (slopes.lowerBound + slopes.upperBound) / 2
        if corners.count >= 2 {
            var edge = 0
            while edge < corners.count - 2 && corners[edge + 1].x < meanX { edge += 1 }
            let a = corners[edge]
            let b = corners[edge + 1]
            slope = (b.y - a.y) / (b.x - a.x)
            slope = min(max(slope, slopes.lowerBound), slopes.upperBound)
        }
        var intercept = first.y - slope * first.x
        for corner in corners { intercept = min(intercept, corner.y - slope * corner.x) }
        return Line(intercept: intercept, slope: slope)
    }

    struct Line: Hashable, Sendable {
        var intercept: Double
        var slope: Double
        func value(at x: Double) -> Double { intercept + slope * x }
    }
}
