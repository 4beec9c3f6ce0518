import Link
import SessionStore
import StudyProtocol
import Timebase

/// Puts the fitting's checks together. Pure, but for the reader that it is given.
struct FittingReport {
    /// The order in which the checks are told.
    static let names = FittingPlan.Check.allCases.map(\.rawValue) + [settle]

    /// Skin conductance has had its time.
    static let settle = "settle"

    private let order: FittingOrder
    private let now: Instant
    private var checks: [FittingCheck] = []

    /// Looks at everything.
    static func make(_ order: FittingOrder, now: Instant) throws(SessionStoreError)
        -> [FittingCheck]
    {
        let reader = try FittingReader(path: order.path, now: now)
        defer { reader.close() }
        var report = FittingReport(order: order, now: now)
        let windows = try reader.windows()
        let told = try reader.told(breathsFrom: order.began ?? order.started)
        report.takeSignals(windows)
        report.takeDevices(windows, charges: try reader.charges())
        try report.takeBreaths(told.breaths, reader)
        report.takeReports(told.reports)
        report.takeDisk()
        report.takeNotes()
        return report.finished()
    }

    init(order: FittingOrder, now: Instant) {
        self.order = order
        self.now = now
    }

    private mutating func add(_ check: String, _ source: String?, _ verdict: SignalVerdict) {
        checks.append(
            FittingCheck(
                check: check, source: source, state: verdict.state, text: verdict.text,
                required: order.required.contains(check)))
    }

    private mutating func add(
        _ check: FittingPlan.Check, _ source: String?, _ verdict: SignalVerdict
    ) {
        add(check.rawValue, source, verdict)
    }

    mutating func takeSignals(_ windows: [(source: String, SignalWindow)]) {
        for (_, window) in windows {
            if let contact = ContactCheck.verdict(window) { add(.contact, window.source, contact) }
            add(.flatLine, window.source, LineCheck.flat(window))
            add(.clipping, window.source, LineCheck.clipped(window))
        }
    }

    mutating func takeDevices(
        _ windows: [(source: String, SignalWindow)], charges: [String: Int]
    ) {
        let judged = Set(windows.filter { $0.1.kind != .generic }.map(\.source))
        for device in order.devices {
            if let failure = device.failure {
                add(.contact, device.name, SignalVerdict(.red, "It is not recorded: \(failure)."))
                continue
            }
            if isRecent(device.noContact) {
                add(
                    .contact, device.name,
                    SignalVerdict(.red, "It tells that it does not touch the skin: place it anew."))
            } else if !judged.contains(device.name) {
                let isFresh = device.lastSample.map { now - $0 < 10_000_000_000 } ?? false
                add(
                    .contact, device.name,
                    isFresh
                        ? SignalVerdict(.green, "It gives readings, and tells no lost contact.")
                        : SignalVerdict(.red, "It gives nothing: check that it is worn and on."))
            }
            add(
                .leadsOff, device.name,
                isRecent(device.leadsOff)
                    ? SignalVerdict(.red, "It tells that an electrode is off: fasten it.")
                    : SignalVerdict(.green, "No electrode is told to be off."))
            if let charge = device.charge ?? charges[device.name] {
                add(.battery, device.name, Self.battery(charge))
            }
        }
        if !checks.contains(where: { $0.check == FittingPlan.Check.battery.rawValue }) {
            add(.battery, nil, SignalVerdict(.green, "No device of the session tells its charge."))
        }
    }

    private func isRecent(_ told: Instant?) -> Bool {
        told.map { Double(now - $0) < FittingLimits.toldSeconds * 1e9 } ?? false
    }

    static func battery(_ charge: Int) -> SignalVerdict {
        if charge <= FittingLimits.charge.bad {
            return SignalVerdict(.red, "The battery is at \(charge)%: charge or change it.")
        }
        if charge <= FittingLimits.charge.doubtful {
            return SignalVerdict(
                .amber, "The battery is at \(charge)%: it may not last for the session.")
        }
        return SignalVerdict(.green, "The battery is at \(charge)%.")
    }

    private mutating func takeBreaths(
        _ breaths: [Instant], _ reader: FittingReader
    ) throws(SessionStoreError) {
        var marked: [String: [(window: SignalWindow, mark: Double)]] = [:]
        var sources: [String] = []
        // The latest ones are enough.
        for mark in breaths.suffix(3) {
            for window in try reader.conductance(around: mark) {
                marked[window.source, default: []].append((window, Double(mark - now) / 1e9))
            }
        }
        for window in try reader.conductance(around: now) { sources.append(window.source) }
        for source in sources {
            add(.edaResponse, source, BreathCheck.verdict(marked[source] ?? []))
        }
        if sources.isEmpty { return }
        let waited = Double(now - (order.began ?? now)) / 1e9
        let left = Int((order.settleSeconds - waited).rounded(.up))
        checks.append(
            FittingCheck(
                check: Self.settle,
                state: left > 0 ? .amber : .green,
                text: left > 0
                    ? "Skin conductance settles: wait \(left) s more."
                    : "Skin conductance had its time to settle.",
                required: order.required.contains(FittingPlan.Check.edaResponse.rawValue)))
    }

    mutating func takeReports(_ reports: [String: ClientEvent.Fitting]) {
        for (check, report) in reports.sorted(by: { $0.key < $1.key }) {
            let text =
                !report.detail.isEmpty
                ? report.detail
                : report.state == .green ? "It works." : "It does not work as it should."
            add(check, nil, SignalVerdict(report.state, text))
        }
        for (check, what) in [(FittingPlan.Check.microphone, "microphone"), (.model, "model")]
        where reports[check.rawValue] == nil && order.required.contains(check.rawValue) {
            add(
                check, nil,
                SignalVerdict(
                    .red,
                    "No client has tried the \(what): open the participant's page, and try it."))
        }
    }

    mutating func takeDisk() {
        let free = order.freeBytes
        let text = "\(free >> 30) GiB are free."
        if free < FittingLimits.freeBytes.bad {
            add(.disk, nil, SignalVerdict(.red, "\(text) Make room before you record."))
        } else if free < FittingLimits.freeBytes.doubtful {
            add(.disk, nil, SignalVerdict(.amber, "\(text) Make room soon."))
        } else {
            add(.disk, nil, SignalVerdict(.green, text))
        }
    }

    mutating func takeNotes() {
        for question in order.asked {
            checks.append(
                FittingCheck(
                    check: question, state: order.notes[question] == nil ? .amber : .green,
                    text: order.notes[question]
                        ?? "Note it: attune session fitting --note \(question)=…"))
        }
    }

    /// All checks in order; what is asked for and found nothing to look at is red.
    mutating func finished() -> [FittingCheck] {
        for check in FittingPlan.Check.allCases
        where order.required.contains(check.rawValue)
            && !checks.contains(where: { $0.check == check.rawValue })
        {
            let text =
                check == .edaResponse
                ? "No sensor of skin conductance is recorded: connect one."
                : "No sensor is recorded that could be looked at: connect one."
            add(check, nil, SignalVerdict(.red, text))
        }
        let places = Dictionary(
            Self.names.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
        return checks.enumerated().sorted {
            let left = places[$0.element.check] ?? Self.names.count
            let right = places[$1.element.check] ?? Self.names.count
            return (left, $0.offset) < (right, $1.offset)
        }.map(\.element)
    }
}
