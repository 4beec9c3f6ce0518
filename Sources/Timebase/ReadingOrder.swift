/// The order in which a stream's samples were taken, where some came late and behind others.
///
/// A reading that came late fills a hole in the numbers before it; a count that begins anew repeats
/// numbers that were there.
struct ReadingOrder: Sendable {
    /// For each place in order of the index, where the reading stands in the columns.
    private(set) var places: [Int]
    /// Readings that stood behind later ones.
    private(set) var late: [Int] = []

    /// How far behind a reading may stand, in readings.
    private static let reach = 32

    /// - Returns: nil where all are in order.
    init?(_ readings: ClockReadings) {
        let index = readings.index
        let restarts = Set(readings.restarts)
        places = []
        var place = 0
        var isOrdered = true
        while place < index.count {
            guard let last = places.last, index[place] < index[last], !restarts.contains(place)
            else {
                places.append(place)
                place += 1
                continue
            }
            guard let target = Self.hole(index, places, index[place]),
                Self.goesOn(index, from: place, above: index[last], restarts)
            else {
                // A new count: what comes belongs behind.
                places.append(place)
                place += 1
                while place < index.count, index[place] >= index[place - 1] {
                    places.append(place)
                    place += 1
                }
                continue
            }
            isOrdered = false
            late.append(place)
            places.insert(place, at: target)
            place += 1
        }
        if isOrdered { return nil }
    }

    /// Where a number is missing among the last ones; nil if it is there, or no place is for it.
    private static func hole(_ index: [Int64], _ places: [Int], _ number: Int64) -> Int? {
        var target = places.count
        while target > 0, places.count - target < reach, index[places[target - 1]] > number {
            target -= 1
        }
        guard target > 0, index[places[target - 1]] < number,
            target < places.count, index[places[target]] > number
        else { return nil }
        return target
    }

    /// Whether the count soon goes on above where it was.
    private static func goesOn(
        _ index: [Int64], from place: Int, above last: Int64, _ restarts: Set<Int>
    ) -> Bool {
        for next in place..<min(place + reach, index.count) {
            if next > place, restarts.contains(next) { return false }
            if index[next] > last { return true }
        }
        return index.count - place < reach
    }

    /// The readings in order.
    func apply(_ readings: ClockReadings) -> ClockReadings {
        var sorted = readings
        sorted.index = places.map { readings.index[$0] }
        sorted.arrival = places.map { readings.arrival[$0] }
        if !readings.device.isEmpty { sorted.device = places.map { readings.device[$0] } }
        if !readings.breaks.isEmpty {
            let breaks = Set(readings.breaks)
            sorted.breaks = places.indices.filter { breaks.contains(places[$0]) }
        }
        return sorted
    }

    /// What was found, for the readings as they came.
    func revert(_ alignment: Alignment) -> Alignment {
        var own = alignment
        // Lines reach from reading to reading in order, which these are not.
        own.lines = []
        for (sorted, place) in places.enumerated() {
            own.times[place] = alignment.times[sorted]
            own.bounds[place] = alignment.bounds[sorted]
            own.segments[place] = alignment.segments[sorted]
        }
        own.faults = [:]
        for (sorted, fault) in alignment.faults { own.faults[places[sorted]] = fault }
        for place in late { own.faults[place] = .reordered }
        own.resets = alignment.resets.map { places[$0] }.sorted()
        own.losses = alignment.losses
            .map { loss in
                var loss = loss
                loss.reading = places[loss.reading]
                return loss
            }
            .sorted { $0.reading < $1.reading }
        return own
    }
}
