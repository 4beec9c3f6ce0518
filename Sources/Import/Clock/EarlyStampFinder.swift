/// Finds stamps that are earlier than any sample can have been: delays make stamps late, never early, so that one
/// which lies far below all of those around it was damaged. What rests on the least late stamps, as a line
/// through them does, must not rest on it.
///
/// Pure.
struct EarlyStampFinder {
    /// Seconds from one sample to the next.
    let step: Double

    /// Samples on each side that are looked at, and that there have to be.
    private static let view = (most: 32, least: 8)
    /// Nanoseconds by which a stamp has to be earlier than the earliest of those around it, and times by how much
    /// that one is earlier than half of them.
    private static let margin = (nanoseconds: 2_000_000.0, times: 3.0)

    /// Places of stamps that are too early, and about when these samples were due.
    /// - Parameter times: in nanoseconds.
    func early(_ times: [Int64]) -> [(place: Int, due: Int64)] {
        guard step > 0, let start = times.first else { return [] }
        let nanoseconds = step * 1e9
        func late(_ place: Int) -> Double {
            Double(times[place] &- start) - Double(place) * nanoseconds
        }
        var found: [(place: Int, due: Int64)] = []
        for place in times.indices.dropFirst(Self.view.least).dropLast(Self.view.least) {
            let own = late(place)
            // What nearly all of them end with.
            guard own < late(place - 1) - Self.margin.nanoseconds,
                own < late(place + 1) - Self.margin.nanoseconds
            else { continue }
            let around =
                max(0, place - Self.view.most)...min(times.count - 1, place + Self.view.most)
            let others = around.filter { $0 != place }.map(late).sorted()
            let (least, middle) = (others[0], others[others.count / 2])
            let margin = max(Self.margin.nanoseconds, Self.margin.times * (middle - least))
            guard own < least - margin else { continue }
            let due = Double(place) * nanoseconds + middle
            found.append((place, start &+ Int64(clamping: due.rounded())))
        }
        return found
    }
}
