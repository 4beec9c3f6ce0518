import Foundation
import Link

/// How good a device's signal is, and in words what to do; `Protocols/formats/console-live.md` defines
/// it. A pure value.
struct SignalQuality: Hashable, Sendable {
    enum Level: String, Sendable, Comparable {
        /// There is nothing to judge: it does not record.
        case idle
        case good, doubtful, bad

        static func < (left: Level, right: Level) -> Bool { left.rank < right.rank }

        private var rank: Int {
            switch self {
            case .idle: 0
            case .good: 1
            case .doubtful: 2
            case .bad: 3
            }
        }
    }

    var level: Level
    /// What is wrong and what to do, the worst first.
    var words: [String]

    /// Least shares of samples that come, for good and for doubtful.
    static let goodShare = 0.999
    static let doubtfulShare = 0.95
    /// How far a rate may be from the nominal one.
    static let rateTolerance = 0.02
    /// A time's bound from which events and signals can hardly be compared, in milliseconds.
    static let largeBound = 50.0
    /// Percent of charge from which it is worth a word.
    static let lowCharge = 30
    /// The checks that judge a signal; the others judge its surroundings.
    static let checks: Set = ["contact", "leads-off", "flat-line", "clipping"]

    /// - Parameters:
    ///   - checks: what the fitting's checks found of this device.
    ///   - share: of the samples that came in the last minute.
    init(_ device: DeviceInfo, checks: [FittingCheck], share: Double?) {
        var found: [(Level, String)] = []
        let isRecorded = device.session != nil
        switch device.state {
        case .streaming: break
        case .paused:
            self.init(level: .idle, words: ["Not read: \(device.reason)."])
            return
        case .unbound:
            self.init(level: .idle, words: [device.reason])
            return
        case .starting, .opening:
            found.append((.doubtful, "It is being started."))
        case .absent:
            let isInput = device.transport == "keyboard" || device.transport == "pointer"
            guard isRecorded || !isInput else {
                self.init(level: .idle, words: ["Opened when a session begins."])
                return
            }
            found.append(
                (
                    isRecorded ? .bad : .idle,
                    "It is not there\(Self.because(device)): "
                        + (device.transport == "bluetooth"
                            ? "switch it on, wear it, and bring it near."
                            : "plug it in, and look at its cable.")
                ))
        case .silent:
            found.append(
                (
                    isRecorded ? .bad : .doubtful,
                    "It sends nothing\(Self.because(device)): look at its cable and its battery, and "
                        + "start it anew."
                ))
        case .failed:
            found.append(
                (isRecorded ? .bad : .doubtful, "It cannot be read\(Self.because(device)).")
            )
        }
        if device.state == .streaming { found += Self.judged(device, checks, share) }
        if let charge = device.batteryPercent, charge <= Self.lowCharge {
            found.append(
                (
                    charge <= 15 ? .bad : .doubtful,
                    "Its battery is at \(charge)%: charge or change it."
                ))
        }
        let level = found.map(\.0).max() ?? (device.state == .streaming ? .good : .idle)
        // Several checks may say the same of a signal that has just begun.
        var said: Set<String> = []
        self.init(
            level: level,
            words: found.enumerated().sorted {
                ($1.element.0, $0.offset) < ($0.element.0, $1.offset)
            }.map(\.element.1).filter { said.insert($0).inserted })
    }

    private init(level: Level, words: [String]) {
        self.level = level
        self.words = words
    }

    private static func because(_ device: DeviceInfo) -> String {
        device.reason.isEmpty ? "" : " (\(device.reason))"
    }

    private static func judged(
        _ device: DeviceInfo, _ checks: [FittingCheck], _ share: Double?
    ) -> [(Level, String)] {
        var found: [(Level, String)] = []
        for check in checks where Self.checks.contains(check.check) && check.state != .green {
            // A value at its end now and then is no lost contact.
            let isBad = check.state == .red && check.check != "clipping"
            let place = check.source.map { $0 == device.name ? "" : "\($0): " } ?? ""
            found.append((isBad ? .bad : .doubtful, place + check.text))
        }
        if let share, share < goodShare {
            let percent = String(format: "%.1f", (1 - share) * 100)
            found.append(
                (
                    share < doubtfulShare ? .bad : .doubtful,
                    "\(percent)% of its samples of the last minute are missing: "
                        + (device.transport == "bluetooth"
                            ? "bring it nearer, and keep bodies and metal out of the way."
                            : "look at its cable, and at how busy the computer is.")
                ))
        }
        if let nominal = device.nominalRateHz, let rate = device.rateHz, nominal > 0,
            abs(rate / nominal - 1) > rateTolerance
        {
            found.append(
                (
                    .doubtful,
                    String(format: "It sends %.1f samples a second instead of %.1f.", rate, nominal)
                ))
        }
        if let bound = device.boundMs, bound > largeBound {
            found.append(
                (
                    .doubtful,
                    String(format: "Its times are known to ±%.0f ms only; that gets better.", bound)
                ))
        }
        return found
    }
}
