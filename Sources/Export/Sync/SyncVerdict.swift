import Reports
import Timebase

/// What to think of a stream's times, in words.
public struct SyncVerdict: Hashable, Sendable {
    public enum State: String, Hashable, Sendable, Codable {
        /// Good for single events.
        case inSync = "in_sync"
        /// Good for slow signals alone.
        case coarse
        /// A person should look at it.
        case lookAtThis = "look_at_this"
        /// There is nothing to judge.
        case noData = "no_data"
    }

    public var state: State
    /// The most important one first.
    public var sentences: [String] = []

    /// Times that are known better than this can be compared with single key presses and turns: what
    /// people tell apart in time is some tens of milliseconds.
    static let eventBound: Int64 = 50_000_000
    /// Crystals stay within this.
    static let crystalPPM = 200.0

    init(_ stream: StreamSync) {
        guard stream.count > 0, let worst = stream.boundWorst, let median = stream.boundMedian
        else {
            state = .noData
            sentences =
                stream.count == 0
                ? ["nothing was recorded"]
                : [
                    "no bound is known of these times; they are arrivals, with whatever delay they had"
                ]
            return
        }
        let text = Self.milliseconds(worst)
        let unusual = worst > max(2 * median, median + 1_000_000)
        let typically =
            unusual ? "; half of them within \(Self.milliseconds(median))" : ""
        if worst == 0 {
            state = .inSync
            sentences = ["in sync, as far as it told: it gave no bound of its times"]
        } else if worst <= Self.eventBound {
            state = .inSync
            sentences = [
                "in sync: every time is within \(text) of the truth in 95 of 100 cases" + typically
            ]
        } else {
            state = .coarse
            sentences = [
                "in sync only within \(text) (in 95 of 100 cases)\(typically): enough for slow "
                    + "signals, not for the order of single events"
            ]
        }
        let warnings = Self.warnings(stream)
        if !warnings.isEmpty {
            state = .lookAtThis
            sentences.append("look at this: " + warnings.joined(separator: "; "))
        }
        sentences += Self.notes(stream)
    }

    private static func warnings(_ stream: StreamSync) -> [String] {
        var warnings: [String] = []
        if !stream.resets.isEmpty {
            warnings.append(
                stream.resets.count == 1
                    ? "1 reset" : "\(ReadableNumber.grouped(Int64(stream.resets.count))) resets")
        }
        if let drift = stream.driftPPM, drift.magnitude > crystalPPM, stream.clock != "arrival" {
            warnings.append(
                "its clock runs \(ReadableNumber.decimal(drift.magnitude, 0)) ppm too "
                    + "\(drift > 0 ? "fast" : "slow"); a crystal stays within 200")
        }
        // One of 40 lies outside a 95% bound on this side by chance; twice that does not.
        if stream.early * 20 > stream.arrivals {
            let share = 100 * Double(stream.early) / Double(max(stream.arrivals, 1))
            warnings.append(
                "\(ReadableNumber.decimal(share, 0))% of the packets arrived before the time that they "
                    + "are said to be of: the bound is too small here")
        }
        let uncertain = stream.gaps.filter { $0.lostBound > 0 && $0.cause != .pause }.count
        if uncertain > 0, stream.source == .samples {
            warnings.append(
                uncertain == 1
                    ? "how much is missing in 1 gap is not known exactly"
                    : "how much is missing in \(uncertain) gaps is not known exactly")
        }
        if stream.strays > 0 {
            warnings.append(
                "\(ReadableNumber.grouped(Int64(stream.strays))) readings of its clock fit no others "
                    + "and were not used")
        }
        return warnings
    }

    private static func notes(_ stream: StreamSync) -> [String] {
        switch stream.source {
        case .events:
            guard let least = stream.roundTripLeast else {
                return ["on the station's own clock: nothing had to be mapped"]
            }
            return [
                "its clock was read by round trips; the shortest took \(milliseconds(least)), and "
                    + "how that divides between there and back cannot be seen: half of it is in the "
                    + "bound"
            ]
        case .samples, .keys:
            if stream.delayUncertainty > 0 {
                let from = stream.hasProfile ? "the device profile" : "what is usual"
                return [
                    "the constant delay cannot be seen; it was taken from \(from) "
                        + "(\(milliseconds(stream.delay)) ± \(milliseconds(stream.delayUncertainty)), "
                        + "which is in the bound)"
                ]
            }
            return [
                "the constant delay cannot be seen and nothing is known of it: it is not in the bound"
            ]
        }
    }

    static func milliseconds(_ nanoseconds: Int64) -> String {
        if nanoseconds == 0 { return "0 ms" }
        let value = Double(nanoseconds) / 1e6
        let places = value.magnitude < 0.095 ? 3 : value.magnitude < 99.95 ? 1 : 0
        return "\(ReadableNumber.decimal(value, places)) ms"
    }
}
