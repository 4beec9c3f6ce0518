import Reports
import Timebase

/// How far two streams lie apart where they saw the same taps, and whether their bounds allow that.
///
/// All times are in nanoseconds. A lag is positive where the second stream is later.
public struct TapReport: Sendable {
    public struct Lag: Hashable, Sendable {
        /// When, in the first stream.
        public var time: Instant
        public var lag: Int64
        /// What the bounds of the two times allow.
        public var allowed: Int64
    }

    public let first: String
    public let second: String
    /// To either side, for pairing.
    public let window: Int64
    public let lags: [Lag]
    public let median: Int64
    /// Standard deviation of the lags about their median, by the median absolute deviation.
    public let spread: Int64
    public let allowed: Int64
    public let aloneFirst: Int
    public let aloneSecond: Int
    public let ambiguous: Int

    /// Two pairs could lie right by chance.
    public static let fewestPairs = 3

    /// Whether the median is what the bounds allow.
    public var isWithin: Bool { median.magnitude <= allowed.magnitude }

    /// - Throws: `tooFew`, `ambiguous`.
    public init(_ first: TapSeries, _ second: TapSeries, window: Int64) throws(TapError) {
        self.first = first.name
        self.second = second.name
        self.window = window
        let pairing = TapPairing(
            first.taps.map(\.time), second.taps.map(\.time), window: window)
        let reach = SyncVerdict.milliseconds(window)
        // One tap in five may be doubled by accident; more cannot be.
        if pairing.ambiguous.count * 5 > first.taps.count {
            throw TapError(
                .ambiguous,
                "\(pairing.ambiguous.count) of \(first.taps.count) taps of \(first.name) have several "
                    + "of \(second.name) within \(reach): which belong together cannot be told; tap "
                    + "slower, two seconds apart, or take a smaller --window-ms")
        }
        guard pairing.pairs.count >= Self.fewestPairs else {
            throw TapError(
                .tooFew,
                "\(first.name) has \(first.taps.count) taps and \(second.name) has "
                    + "\(second.taps.count), of which \(pairing.pairs.count) lie within \(reach) of "
                    + "one another; \(Self.fewestPairs) are the least (tap harder, or take a larger "
                    + "--window-ms)")
        }
        lags = pairing.pairs.map { pair in
            let (one, other) = (first.taps[pair.first], second.taps[pair.second])
            // The two errors have nothing to do with each other: 95% of their difference lie within the
            // root of the sum of squares.
            let (a, b) = (Double(one.bound), Double(other.bound))
            return Lag(
                time: one.time, lag: other.time - one.time,
                allowed: Int64(clamping: (a * a + b * b).squareRoot().rounded()))
        }
        let sorted = lags.map(\.lag).sorted()
        let middle = Self.median(sorted)
        median = middle
        spread = Int64(
            clamping: 1.4826 * Double(Self.median(sorted.map { abs($0 - middle) }.sorted())))
        allowed = Self.median(lags.map(\.allowed).sorted())
        aloneFirst = pairing.aloneFirst.count
        aloneSecond = pairing.aloneSecond.count
        ambiguous = pairing.ambiguous.count
        // Events that have nothing to do with each other lie anywhere in the window: their spread is
        // three quarters of it.
        if Double(spread) > 0.4 * Double(window) || aloneSecond > 3 * lags.count {
            throw TapError(
                .ambiguous,
                "the lags between \(first.name) and \(second.name) are spread over the whole window "
                    + "(median \(SyncVerdict.milliseconds(median)), spread "
                    + "\(SyncVerdict.milliseconds(spread)), \(aloneSecond) of \(second.name) without a "
                    + "partner): these are not the same taps")
        }
    }

    /// Of sorted numbers; there is at least one.
    private static func median(_ sorted: [Int64]) -> Int64 {
        let (low, high) = (sorted[(sorted.count - 1) / 2], sorted[sorted.count / 2])
        return low + (high - low) / 2
    }

    /// The report in lines for a terminal.
    public var lines: [String] {
        func milliseconds(_ value: Int64) -> String {
            ReadableNumber.decimal(Double(value) / 1e6, 2)
        }
        var table = TextTable([.right("tap"), .right("lag ms"), .right("allowed ms"), .left("")])
        for (place, lag) in lags.enumerated() {
            table.append([
                "\(place + 1)", milliseconds(lag.lag), "± \(milliseconds(lag.allowed))",
                lag.lag.magnitude <= lag.allowed.magnitude ? "" : "more than allowed",
            ])
        }
        let sorted = lags.map(\.lag).sorted()
        var lines = ["\(first) → \(second)"] + table.lines + [""]
        lines.append(
            "median \(milliseconds(median)) ms, spread \(milliseconds(spread)) ms, from "
                + "\(milliseconds(sorted[0])) to \(milliseconds(sorted[sorted.count - 1])) ms; "
                + "positive: \(second) is later")
        if aloneFirst + aloneSecond + ambiguous > 0 {
            lines.append(
                "not used: \(aloneFirst) of \(first) and \(aloneSecond) of \(second) without a partner, "
                    + "\(ambiguous) with several")
        }
        return lines + [verdict]
    }

    /// What to think of it.
    public var verdict: String {
        let lag = SyncVerdict.milliseconds(median)
        let limit = SyncVerdict.milliseconds(allowed)
        if isWithin { return "The lag of \(lag) is within what the bounds allow (±\(limit))." }
        return
            "The lag of \(lag) is more than what the bounds allow (±\(limit)). Something on the way "
            + "takes a constant time that the device profiles do not know (or that is no delay of the "
            + "recording, such as a key's travel or a page's drawing): where that is the device, put it "
            + "into its profile's typicalDelayMilliseconds."
    }
}

extension TapReport: Encodable {
    private enum Key: String, CodingKey {
        case first, second, windowMs, lags, medianMs, spreadMs, allowedMs, within
        case aloneFirst, aloneSecond, ambiguous, verdict
    }

    private struct LagRow: Encodable {
        var timeNs: Int64
        var lagMs: Double
        var allowedMs: Double
    }

    /// As one object; an encoder that turns keys into snake_case gives names with units. Times are on the
    /// station's clock.
    public func encode(to encoder: any Encoder) throws {
        func milliseconds(_ value: Int64) -> Double { Double(value) / 1e6 }
        var object = encoder.container(keyedBy: Key.self)
        try object.encode(first, forKey: .first)
        try object.encode(second, forKey: .second)
        try object.encode(milliseconds(window), forKey: .windowMs)
        try object.encode(
            lags.map {
                LagRow(
                    timeNs: $0.time.nanoseconds, lagMs: milliseconds($0.lag),
                    allowedMs: milliseconds($0.allowed))
            }, forKey: .lags)
        try object.encode(milliseconds(median), forKey: .medianMs)
        try object.encode(milliseconds(spread), forKey: .spreadMs)
        try object.encode(milliseconds(allowed), forKey: .allowedMs)
        try object.encode(isWithin, forKey: .within)
        try object.encode(aloneFirst, forKey: .aloneFirst)
        try object.encode(aloneSecond, forKey: .aloneSecond)
        try object.encode(ambiguous, forKey: .ambiguous)
        try object.encode(verdict, forKey: .verdict)
    }
}
