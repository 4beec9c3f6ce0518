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
    /// Nanoseconds by which a stamp has to be earlier than the earliest of those around it: by itself, or where hardly
    /// another is as early.
    private static let least = (byItself: 2_000_000.0, alone: 100_000.0)
    /// Times by how much that one is earlier than half of them: enough by itself, or only with the other condition.
    private static let ofHalf = (byItself: 3.0, alone: 1.0)
    /// Times by how much it is earlier than a tenth of them. Where many stamps are nearly as early as can be, as with
    /// exponential delays, that is little; where few are, one that is earlier still may be the one that waited least.
    private static let ofTenth = 12.0

    /// Samples on each side among which so many at most may be about as early, itself among them, where it is not early
    /// enough by itself: now and then one waits for nothing.
    private static let wide = (view: 512, most: 2)

    /// Places of stamps that are too early, and about when these samples were due.
    /// - Parameter times: in nanoseconds.
    func early(_ times: [Int64]) -> [(place: Int, due: Int64)] {
        guard step > 0, let start = times.first else { return [] }
        let nanoseconds = step * 1e9
        func late(_ place: Int) -> Double {
            Double(times[place] &- start) - Double(place) * nanoseconds
        }
        func around(_ place: Int, _ view: Int) -> ClosedRange<Int> {
            max(0, place - view)...min(times.count - 1, place + view)
        }
        // Losses move the level, so that each is compared with its own neighbours.
        func isBelow(_ place: Int, by margin: Double) -> Bool {
            let own = late(place) + margin
            return around(place, Self.view.least).allSatisfy { $0 == place || own < late($0) }
        }
        var found: [(place: Int, due: Int64)] = []
        for place in times.indices.dropFirst(Self.view.least).dropLast(Self.view.least) {
            // What nearly all of them end with.
            guard isBelow(place, by: Self.least.alone) else { continue }
            let own = late(place)
            let others = around(place, Self.view.most).filter { $0 != place }.map(late).sorted()
            let (least, middle) = (others[0], others[others.count / 2])
            let dense = max(
                Self.ofHalf.alone * (middle - least),
                Self.ofTenth * (others[others.count / 10] - least))
            let clear = max(Self.least.byItself, Self.ofHalf.byItself * (middle - least))
            if own >= least - clear {
                let margin = max(Self.least.alone, dense)
                guard own < least - margin else { continue }
                let early = around(place, Self.wide.view).count { isBelow($0, by: margin / 2) }
                guard early <= Self.wide.most else { continue }
            }
            let due = Double(place) * nanoseconds + middle
            found.append((place, start &+ Int64(clamping: due.rounded())))
        }
        return found
    }
}
