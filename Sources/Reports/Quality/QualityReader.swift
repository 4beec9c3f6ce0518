import Link
import Measures
import SessionStore
import StudyProtocol
import Timebase

/// Reads what a session's quality report says. Used by one thread.
struct QualityReader {
    let reader: SessionReader
    let session: SessionRow
    let plan: StudyPlan?
    let summary: SessionSummary
    let phases: [Phase]
    var report: QualityReport

    /// Below these shares of what should be there, a stream is looked at, or of no use.
    static let enough = 95.0
    static let little = 80.0
    /// Above these shares of artefacts.
    static let some = 5.0
    static let many = 20.0

    /// - Throws: where the file cannot be read.
    static func read(_ path: String) throws -> QualityReport {
        let reader = try SessionReader.open(at: path)
        defer { try? reader.close() }
        var quality = try QualityReader(reader)
        try quality.readAll()
        return quality.report
    }

    private init(_ reader: SessionReader) throws(SessionStoreError) {
        self.reader = reader
        session = try reader.session()
        summary = try SessionSummary(reader)
        phases = try reader.phases()
        let description = session.description
        let text = description.protocolText
        plan = text.isEmpty ? nil : try? StudyPlan.read(text, file: "protocol")
        report = QualityReport(
            title: "\(description.study), \(description.participant): "
                + "\(description.kind.rawValue) of "
                + String(
                    CalendarTime(nanosecondsSince1970: description.startedRealtime).text.prefix(10))
        )
    }

    private mutating func readAll() throws {
        addFacts()
        try addStreams()
        try addPhases()
        try addAnswers()
        try addChat()
        try addProcedure()
        if report.findings.isEmpty {
            report.find(.good, "Nothing stands out: all that should be there is there.")
        }
    }

    // MARK: - The session

    private mutating func addFacts() {
        let description = session.description
        report.fact("Session", description.identifier)
        report.fact(
            "Started",
            CalendarTime(nanosecondsSince1970: description.startedRealtime).text)
        report.fact("Lasted", Self.duration(summary.duration))
        report.fact(
            "Ended",
            [session.state.rawValue, session.outcome, session.reason].compactMap(\.self)
                .joined(separator: ", "))
        report.fact(
            "Protocol",
            description.protocolName.isEmpty
                ? "none" : "\(description.protocolName), version \(description.protocolVersion)")
        report.fact("Station", "\(description.station), Attune \(description.softwareVersion)")
        if description.isPilot {
            report.find(.look, "This was a trial run: no analysis should count it.")
        }
        switch session.state {
        case .interrupted:
            report.find(.bad, "The recording broke off\(session.reason.map { " (\($0))" } ?? "").")
        case .aborted:
            report.find(.look, "The session was given up\(session.reason.map { ": \($0)" } ?? ".")")
        case .withdrawn: report.find(.bad, "Consent was withdrawn: nothing of it may be used.")
        default: break
        }
        if !description.protocolText.isEmpty, plan == nil {
            report.find(
                .look,
                "The protocol in the file cannot be read, so that it was not checked against.")
        }
    }

    // MARK: - Streams

    private mutating func addStreams() throws {
        let gaps = Dictionary(grouping: try reader.gaps(), by: \.stream)
        let descriptions = Dictionary(
            try reader.streams().map { ($0.id, $0) }, uniquingKeysWith: { $1 })
        var rows: [[QualityReport.Section.Cell]] = []
        for stream in summary.streams where stream.samples != nil || stream.keystrokes != nil {
            let own = (gaps[stream.id] ?? []).map(\.gap)
            let isSignal = stream.samples != nil
            let coverage = isSignal ? coverage(of: stream, own) : nil
            let level: QualityReport.Level = coverage.map { Self.level(falling: $0) } ?? .good
            if let coverage, level != .good {
                report.find(
                    level,
                    "\(stream.name) has \(Self.percent(coverage)) of the session: "
                        + "\(own.count) \(own.count == 1 ? "gap" : "gaps"), the longest "
                        + "\(Self.duration(own.map { $0.end - $0.start }.max() ?? 0)).")
            }
            if isSignal, stream.samples == 0 {
                report.find(.bad, "\(stream.name) has no samples at all.")
            }
            if stream.faults > 0 {
                report.find(
                    .look, "\(stream.name) had \(stream.faults) faults in what its device sent.")
            }
            let nominal = descriptions[stream.id]?.nominalRate
            rows.append([
                .init(stream.name),
                .init(
                    ReadableNumber.grouped(stream.samples ?? stream.keystrokes ?? 0), isNumber: true
                ),
                .init(nominal.map { ReadableNumber.decimal($0, 1) } ?? "–", isNumber: true),
                .init(
                    stream.measuredRate.map { ReadableNumber.decimal($0, 2) } ?? "–", isNumber: true
                ),
                .init(coverage.map(Self.percent) ?? "–", level, isNumber: true),
                .init("\(own.count { $0.cause != .pause })", isNumber: true),
                .init(
                    own.filter { $0.cause != .pause }.map { $0.end - $0.start }.max()
                        .map(Self.duration) ?? "–", isNumber: true),
                .init(
                    stream.lostBound == .max ? "unknown" : ReadableNumber.grouped(stream.lost),
                    isNumber: true),
                .init("\(stream.faults)", stream.faults > 0 ? .look : .good, isNumber: true),
                .init(
                    stream.bound.map { ReadableNumber.decimal(Double($0) / 1e6, 1) } ?? "–",
                    isNumber: true),
            ])
        }
        report.add(
            .init(
                title: "Streams",
                header: [
                    "Stream", "Samples or keys", "Rate (Hz)", "Measured", "Coverage", "Gaps",
                    "Longest",
                    "Lost", "Faults", "95% bound of times (ms)",
                ], rows: rows, without: "No stream was recorded."))
    }

    /// Share of the session in which a stream was there, in percent; what was not read on purpose is no loss.
    private func coverage(of stream: StreamStatistics, _ gaps: [Gap]) -> Double? {
        guard let first = stream.first, let last = stream.last else { return 0 }
        let start = session.description.started
        let end = session.stopped ?? last
        let pauses = gaps.filter { $0.cause == .pause }.reduce(0) { $0 + ($1.end - $1.start) }
        let whole = (end - start) - pauses
        guard whole > 0 else { return nil }
        let missing = gaps.filter { $0.cause != .pause }.reduce(0) { $0 + ($1.end - $1.start) }
        // What a pause covers before the first and behind the last sample is counted there.
        let early =
            gaps.contains { $0.cause == .pause && $0.end <= first } ? 0 : max(0, first - start)
        let late = gaps.contains { $0.cause == .pause && $0.start >= last } ? 0 : max(0, end - last)
        return min(100, max(0, 100 * Double(whole - missing - early - late) / Double(whole)))
    }

    // MARK: - Words

    static func level(falling share: Double) -> QualityReport.Level {
        share < little ? .bad : share < enough ? .look : .good
    }

    static func level(rising share: Double) -> QualityReport.Level {
        share > many ? .bad : share > some ? .look : .good
    }

    static func percent(_ share: Double) -> String {
        // 99.96 is not all.
        let shown = share < 100 ? min(share, 99.9) : share
        return "\(ReadableNumber.decimal(shown, 1)) %"
    }

    static func duration(_ nanoseconds: Int64) -> String {
        let seconds = Double(nanoseconds) / 1e9
        if seconds < 60 { return "\(ReadableNumber.decimal(seconds, 1)) s" }
        let whole = Int64(seconds.rounded())
        let parts = [whole / 3600, whole / 60 % 60, whole % 60]
        let texts = parts.map { $0 < 10 ? "0\($0)" : "\($0)" }
        return parts[0] > 0
            ? "\(parts[0]):\(texts[1]):\(texts[2]) h" : "\(parts[1]):\(texts[2]) min"
    }
}
