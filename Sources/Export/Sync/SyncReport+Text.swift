import Reports
import Timebase

extension SyncReport {
    /// The report in lines for a terminal.
    public var lines: [String] {
        let length = ReadableNumber.duration(to - from)
        var lines = [
            TextTable.plain(path),
            TextTable.plain(
                "study \(session.description.study), participant "
                    + "\(session.description.participant), \(length), \(session.state.rawValue)"),
            "",
        ]
        guard !streams.isEmpty else { return lines + ["The session has no streams."] }
        var table = TextTable([
            .left("stream"), .left("clock"), .right("count"), .right("offset s"),
            .right("drift ppm"),
            .right("jitter ms"), .right("95% ms"), .right("delay ms"), .right("gaps"),
            .right("lost"),
            .right("resets"), .right("bound ms"), .right("worst ms"),
        ])
        for stream in streams { table.append(Self.row(stream)) }
        lines += table.lines
        lines.append("")
        for stream in streams {
            for (place, sentence) in stream.verdict.sentences.enumerated() {
                lines.append(
                    TextTable.plain(place == 0 ? "\(stream.name): \(sentence)" : "  \(sentence)"))
            }
        }
        if !keyLags.isEmpty { lines += [""] + keyLagLines }
        return lines + ["", verdict]
    }

    /// The whole session in a sentence.
    public var verdict: String {
        let states = streams.map(\.verdict.state)
        let judged = states.filter { $0 != .noData }.count
        let toLookAt = states.filter { $0 == .lookAtThis }.count
        let coarse = states.filter { $0 == .coarse }.count
        if judged == 0 { return "There is nothing to judge." }
        if toLookAt > 0 {
            return toLookAt == 1
                ? "1 stream is to be looked at." : "\(toLookAt) streams are to be looked at."
        }
        if coarse > 0 {
            return
                "All streams are in sync; \(coarse) of \(judged) only well enough for slow signals."
        }
        return "All streams are in sync."
    }

    private static func row(_ stream: StreamSync) -> [String] {
        func milliseconds(_ value: Int64?, _ places: Int = 2) -> String {
            value.map { ReadableNumber.decimal(Double($0) / 1e6, places) } ?? "-"
        }
        let hasDelay = stream.source != .events
        let uncertainty = milliseconds(stream.delayUncertainty, 1)
        let lost = ReadableNumber.grouped(stream.lost)
        return [
            stream.name, stream.clock, ReadableNumber.grouped(stream.count),
            stream.offset.map { ReadableNumber.decimal(Double($0) / 1e9, 6) } ?? "-",
            stream.driftPPM.map { ReadableNumber.decimal($0, 1) } ?? "-",
            milliseconds(stream.jitterMean), milliseconds(stream.jitter95),
            hasDelay ? "\(milliseconds(stream.delay, 1)) ± \(uncertainty)" : "-",
            ReadableNumber.grouped(Int64(stream.gaps.count)),
            stream.lostBound == 0
                ? lost : "\(lost) ± \(stream.lostBound.map(ReadableNumber.grouped) ?? "?")",
            ReadableNumber.grouped(Int64(stream.resets.count)),
            milliseconds(stream.boundMedian), milliseconds(stream.boundWorst),
        ]
    }
}
