import SessionStore
import Timebase

extension SessionSummary {
    /// The summary in lines for a terminal.
    public var lines: [String] {
        let description = session.description
        var started = CalendarTime(nanosecondsSince1970: description.startedRealtime).text
        if started.hasSuffix("Z") {
            started = started.dropLast(5).replacing("T", with: " ") + " UTC"
        }
        var state = session.state.rawValue
        if let outcome = session.outcome { state += ", \(outcome)" }
        if let reason = session.reason { state += " (\(reason))" }
        var lines = [
            TextTable.plain(path),
            TextTable.plain(
                "study \(description.study), participant \(description.participant), "
                    + description.kind.rawValue + (description.isPilot ? ", pilot" : "")),
            TextTable.plain("\(started), \(ReadableNumber.duration(duration)), \(state)"),
        ]
        if let parent = description.parent {
            let delay = recallDelay.map {
                ", begun \(ReadableNumber.duration($0)) after it ended"
            }
            lines.append(TextTable.plain("looks back on \(parent)" + (delay ?? "")))
        }
        if let alignment {
            let made = CalendarTime(nanosecondsSince1970: alignment.madeRealtime).text
            lines.append(
                TextTable.plain("times: alignment \(alignment.id) by \(alignment.method), \(made)"))
        }
        if !streams.isEmpty { lines += [""] + streamTable.lines }
        lines += [""] + contents
        return lines
    }

    private var streamTable: TextTable {
        var table = TextTable([
            .left("stream"), .left("kind"), .right("samples"), .right("rate Hz"),
            .right("nominal"), .right("duration"), .right("gaps"), .right("lost"),
            .right("faults"), .right("bound ms"),
        ])
        for stream in streams {
            let lost = ReadableNumber.grouped(stream.lost)
            table.append([
                stream.name, stream.kind,
                (stream.samples ?? stream.keystrokes).map(ReadableNumber.grouped) ?? "-",
                stream.measuredRate.map { ReadableNumber.decimal($0, 3) } ?? "-",
                stream.nominalRate.map { ReadableNumber.decimal($0, 1) } ?? "-",
                stream.duration.map(ReadableNumber.duration) ?? "-",
                ReadableNumber.grouped(stream.gaps),
                stream.lostBound > 0
                    ? "\(lost) ± \(ReadableNumber.grouped(stream.lostBound))" : lost,
                ReadableNumber.grouped(stream.faults),
                stream.bound.map { ReadableNumber.decimal(Double($0) / 1e6, 3) } ?? "-",
            ])
        }
        return table
    }

    private var contents: [String] {
        var table = TextTable([.left(""), .left("")])
        func add(_ name: String, _ text: String) { table.append([name, text]) }
        add("keystrokes", ReadableNumber.grouped(keystrokes))
        let authors = turns.map { "\($0.author) \(ReadableNumber.grouped($0.count))" }
        add(
            "turns",
            ReadableNumber.grouped(turnCount)
                + (authors.isEmpty ? "" : " (\(authors.joined(separator: ", ")))"))
        add("draft edits", ReadableNumber.grouped(draftEdits))
        add("events", ReadableNumber.grouped(events))
        let started = session.description.started
        add(
            "phases",
            phases.isEmpty
                ? "0"
                : phases.map { phase in
                    let from = ReadableNumber.duration(max(0, phase.started - started))
                    let end = (phase.ended ?? session.stopped).map {
                        ReadableNumber.duration(max(0, $0 - started))
                    }
                    return "\(phase.name) \(from) to \(end ?? "now")"
                }.joined(separator: ", "))
        let file =
            ReadableNumber.size(fileBytes)
            + (logBytes > 0 ? " and \(ReadableNumber.size(logBytes)) of log" : "")
        let perSample = bytesPerSample.map {
            ", \(ReadableNumber.decimal($0, 2)) bytes a sample (\(ReadableNumber.grouped(samples)))"
        }
        add("file", file + (perSample ?? ""))
        return Array(table.lines.dropFirst())
    }
}
