import Glibc

/// What a device's own times say of a stretch of readings: which are wrong, where its clock began
/// anew, what is missing that the index does not show.
///
/// A time is judged by how it lies against the index: that distance changes where something was lost
/// or the clock was set, and then stays so; one wrong time lies off alone. The arrivals tell a loss
/// (they are late by just as much) from a clock that was set (they go on).
struct DeviceTimeline: Sendable {
    /// Nanoseconds of the device's clock from one sample to the next.
    private(set) var period = 0.0
    /// Whether samples come at a rate on the device's clock.
    private(set) var isRegular = true
    private(set) var faults: [Int: Alignment.Fault] = [:]
    /// Readings before which samples are missing, and how many.
    private(set) var losses: [(reading: Int, lost: Int64)] = []
    /// Readings before which the clock began anew.
    private(set) var resets: [Int] = []
    /// Where `isRegular` is false, the device's time of each reading.
    private(set) var times: [Double] = []

    /// Times that are looked at to decide what one that is off means.
    private static let view = 16
    private static let fewest = 8

    /// - Parameter range: of the readings, over which the index rises.
    /// - Returns: nil where the device times say nothing, or are no better than nothing; those that
    ///   are wrong are in `faults` in either case.
    init?(
        _ readings: ClockReadings, _ range: Range<Int>, nominal: Double,
        faults: inout [Int: Alignment.Fault]
    ) {
        guard !readings.device.isEmpty else { return nil }
        let rows = range.filter { readings.device[$0] != ClockReadings.none }
        guard rows.count >= Self.fewest else { return nil }
        let first = readings.device[rows[0]]
        let device = rows.map {
            Double(readings.device[$0].subtractingReportingOverflow(first).partialValue)
        }
        let index = rows.map { readings.steps(from: rows[0], to: $0) }
        let arrival = rows.map {
            Double(
                readings.arrival[$0].subtractingReportingOverflow(readings.arrival[rows[0]])
                    .partialValue)
        }
        guard var period = Self.period(device, index) else { return nil }
        if nominal > 0, abs(period / nominal - 1) < 300e-6 { period = nominal }
        self.period = period
        let offset = zip(device, index).map { $0 - period * $1 }
        let steps = zip(offset.dropFirst(), offset).map { abs($0 - $1) }.sorted()
        let typical = steps[steps.count / 2]
        let resolution = Self.resolution(rows.map { readings.device[$0] })
        isRegular = Self.keepsRate(offset, typical: typical, period, resolution)
        if isRegular {
            followIndex(
                rows, device, offset, arrival, max(0.1 * period, 6 * typical, 2 * resolution))
        } else {
            let lateness = zip(arrival, device).map { $0 - $1 }
            guard Self.isBetter(lateness, arrival, index) else {
                for row in rows { faults[row] = .corrupt }
                return nil
            }
            followArrivals(rows, device, lateness)
        }
        faults.merge(self.faults) { $1 }
        guard self.faults.count * 2 < rows.count else { return nil }
        if !isRegular { interpolate(readings, range, rows, device) }
    }

    /// The usual step from one index to the next, over longer and longer ways: coarse clocks tell it
    /// over long ones only.
    private static func period(_ device: [Double], _ index: [Double]) -> Double? {
        var found: Double?
        for lag in [1, 16, 256] where lag == 1 || device.count > 4 * lag {
            var ratios: [Double] = []
            ratios.reserveCapacity(device.count)
            let stride = max(1, device.count / 4096)
            for place in Swift.stride(from: 0, to: device.count - lag, by: stride) {
                let steps = index[place + lag] - index[place]
                let time = device[place + lag] - device[place]
                if steps > 0, time > 0 { ratios.append(time / steps) }
            }
            guard ratios.count >= fewest / 2 else { continue }
            ratios.sort()
            let middle = ratios[ratios.count / 2]
            // Over a long way most may be wrong that is right over a short one.
            if let found, abs(middle / found - 1) > 0.2 { break }
            found = middle
        }
        return found
    }

    /// The coarsest of the usual units in which all times are whole, in nanoseconds.
    private static func resolution(_ device: [Int64]) -> Double {
        for unit: Int64 in [10_000_000, 1_000_000, 100_000, 10_000, 1_000]
        where device.allSatisfy({ $0 % unit == 0 }) { return Double(unit) }
        return 1
    }

    /// Whether the device's times differ from its rate by noise alone, which does not add up.
    private static func keepsRate(
        _ offset: [Double], typical: Double, _ period: Double, _ resolution: Double
    ) -> Bool {
        if typical <= max(0.02 * period, 1.1 * resolution) { return true }
        guard typical <= 0.1 * period, offset.count > 64 else { return false }
        let far = zip(offset.dropFirst(32), offset).map { abs($0 - $1) }.sorted()
        return far[far.count / 2] < 2 * typical
    }

    /// Whether device times explain the arrivals better than a rate does.
    private static func isBetter(
        _ lateness: [Double], _ arrival: [Double], _ index: [Double]
    ) -> Bool {
        let last = index.count - 1
        guard index[last] > index[0] else { return false }
        let rate = (arrival[last] - arrival[0]) / (index[last] - index[0])
        var own: [Double] = []
        var other: [Double] = []
        for place in 1...last {
            own.append(abs(lateness[place] - lateness[place - 1]))
            other.append(
                abs(arrival[place] - arrival[place - 1] - rate * (index[place] - index[place - 1])))
        }
        own.sort()
        other.sort()
        return own[own.count / 2] < 2 * other[other.count / 2] + 1e6
    }

    private mutating func followIndex(
        _ rows: [Int], _ device: [Double], _ offset: [Double], _ arrival: [Double],
        _ tolerance: Double
    ) {
        let start = Array(offset.prefix(2 * Self.view + 1)).sorted()
        var level = start[start.count / 2]
        let lateness = zip(arrival, device).map { $0 - $1 }
        var lastGood: Int?
        for place in offset.indices {
            if abs(offset[place] - level) <= tolerance {
                level = offset[place]
                lastGood = place
                continue
            }
            let next = offset[(place + 1)..<min(place + 1 + Self.view, offset.count)]
            let stay = next.count { abs($0 - level) <= 2 * tolerance }
            let move = next.count { abs($0 - offset[place]) <= 2 * tolerance }
            guard move > stay, move >= 3 || move == next.count, lastGood != nil || move > 0,
                !next.isEmpty
            else {
                note(rows, device, place, isNear: abs(offset[place] - level) < 64 * period)
                continue
            }
            if lastGood != nil {
                judge(rows[place], place, step: offset[place] - level, lateness)
            }
            level = offset[place]
            lastGood = place
        }
    }

    /// A step that stays: a loss, or another clock.
    private mutating func judge(
        _ reading: Int, _ place: Int, step: Double, _ lateness: [Double]
    ) {
        let before = lateness[max(0, place - Self.view)..<place].filter { $0.isFinite }.sorted()
        let after = lateness[place..<min(place + Self.view, lateness.count)].sorted()
        // Least of each, but not of wrong ones: a quarter up.
        let change = after[after.count / 4] - before[before.count / 4]
        let spread = before[before.count * 3 / 4] - before[before.count / 4]
        let lost = (step / period).rounded()
        if step > 0, abs(change) <= max(0.5 * step, 8 * spread), lost >= 1,
            abs(step - lost * period) < 0.3 * period
        {
            losses.append((reading, Int64(clamping: lost)))
        } else {
            resets.append(reading)
        }
    }

    private mutating func followArrivals(
        _ rows: [Int], _ device: [Double], _ lateness: [Double]
    ) {
        let changes = zip(lateness.dropFirst(), lateness).map { abs($0 - $1) }.sorted()
        let tolerance = max(20 * changes[changes.count / 2], 100e6)
        let start = Array(lateness.prefix(2 * Self.view + 1)).sorted()
        var level = start[start.count / 2]
        var hasGood = false
        for place in lateness.indices {
            if abs(lateness[place] - level) <= tolerance {
                level = lateness[place]
                hasGood = true
                continue
            }
            let next = lateness[(place + 1)..<min(place + 1 + Self.view, lateness.count)]
            let stay = next.count { abs($0 - level) <= 2 * tolerance }
            let move = next.count { abs($0 - lateness[place]) <= 2 * tolerance }
            guard move > stay, move >= 3 else {
                note(rows, device, place, isNear: abs(lateness[place] - level) < 1e9)
                continue
            }
            if hasGood { resets.append(rows[place]) }
            level = lateness[place]
            hasGood = true
        }
    }

    private mutating func note(_ rows: [Int], _ device: [Double], _ place: Int, isNear: Bool) {
        if place > 0, device[place] == device[place - 1] {
            faults[rows[place]] = .duplicated
        } else if isNear,
            place > 0 && device[place] < device[place - 1]
                || place + 1 < device.count && device[place] > device[place + 1]
        {
            faults[rows[place]] = .reordered
        } else {
            faults[rows[place]] = .corrupt
        }
    }

    /// Times of all readings from those that are good, in proportion to the index between two.
    private mutating func interpolate(
        _ readings: ClockReadings, _ range: Range<Int>, _ rows: [Int], _ device: [Double]
    ) {
        times = [Double](repeating: 0, count: range.count)
        let good = rows.indices.filter { faults[rows[$0]] == nil }
        let borders = Set(resets)
        var next = 0
        for place in range {
            while next < good.count, rows[good[next]] < place { next += 1 }
            if next < good.count, rows[good[next]] == place {
                times[place - range.lowerBound] = device[good[next]]
                continue
            }
            let low = next > 0 ? good[next - 1] : good[0]
            let high = next < good.count ? good[next] : good[good.count - 1]
            let start = rows[low]
            let steps = readings.steps(from: start, to: rows[high])
            let isOne = high != low && steps > 0 && !borders.contains(rows[high])
            let rate = isOne ? (device[high] - device[low]) / steps : period
            times[place - range.lowerBound] =
                device[low] + readings.steps(from: start, to: place) * rate
        }
        // Along one clock, later samples are not earlier.
        for place in times.indices.dropFirst() where !borders.contains(range.lowerBound + place) {
            times[place] = max(times[place], times[place - 1])
        }
    }
}
