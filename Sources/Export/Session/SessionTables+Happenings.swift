import SessionStore
import StudyProtocol
import Timebase

extension SessionTables {
    static let client = [
        TableColumn(
            "client", .text, "", "The linked client that sent it; empty for the daemon's own"),
        TableColumn("client_sequence", .integer, "", "Its number there"),
    ]

    func writeDraftEdits() throws(ExportError) {
        let columns =
            [TableColumn("turn", .integer, "", "Number of the turn that the draft becomes")]
            + TableColumn.moment("When the draft was changed") + [
                TableColumn.bound(),
                TableColumn("position", .integer, "UTF-16 units", "Where in the draft"),
                TableColumn("deleted", .integer, "UTF-16 units", "How much went"),
                TableColumn("inserted", .integer, "UTF-16 units", "How much came"),
                TableColumn(
                    "class", .text, "", "Class of the change, such as letter, delete or paste"),
                TableColumn("text", .text, "", "What came; only with the consent that allows it"),
            ] + Self.client
        try table("draft_edits", "A change of a message being written", columns) { file in
            let (shows, showsText) = (export.shows(.draftEdits), export.shows(.draftText))
            for edit in try reader.draftEdits() where shows && export.takes(edit.time) {
                file.integer(edit.turn)
                moment(edit.time, file)
                file.milliseconds(edit.bound)
                file.integer(edit.position)
                file.integer(edit.deleted)
                file.integer(edit.inserted)
                file.text(edit.editClass)
                file.text(showsText ? edit.text : nil)
                file.text(edit.client)
                file.integer(edit.clientSequence)
                try file.endRow()
                try proceedSometimes(file)
            }
        }
    }

    func writeKeystrokes() throws(ExportError) {
        let columns =
            [
                TableColumn.stream,
                TableColumn("ordinal", .integer, "", "Counts the presses of the stream from 0"),
            ] + TableColumn.moment("When the key went down") + [
                TableColumn.bound(),
                TableColumn(
                    "class", .text, "", "Class of the key; which key it was is not recorded"),
                TableColumn(
                    "released_ns", .integer, "ns", "When it came up; since the session's start"),
                TableColumn("dwell_ms", .milliseconds, "ms", "From press to release"),
                TableColumn(
                    "press_to_press_ms", .milliseconds, "ms",
                    "From the stream's press before to this one; empty across a gap"),
                TableColumn(
                    "flight_ms", .milliseconds, "ms",
                    "From the release of the press before to this press (negative where they overlap); "
                        + "empty across a gap"),
                TableColumn(
                    "pairing", .text, "",
                    "How the release was matched: exact (by key) or order (by order in the class)"),
            ]
        try table("keystrokes", "A key press", columns) { file in
            for stream in streams {
                let gaps = try reader.gaps(stream.id).map(\.gap)
                var gap = 0
                var before: Keystroke?
                for key in try reader.keystrokes(stream.id) {
                    if let earlier = before {
                        while gap < gaps.count, gaps[gap].end <= earlier.pressed { gap += 1 }
                        if gap < gaps.count, gaps[gap].start < key.pressed { before = nil }
                    }
                    guard export.takes(key.pressed) else {
                        before = key
                        continue
                    }
                    file.text(stream.name)
                    file.integer(key.ordinal)
                    moment(key.pressed, file)
                    file.milliseconds(key.bound)
                    file.text(key.keyClass)
                    file.integer(key.released.map { sinceStart($0) })
                    file.milliseconds(key.released.map { $0 - key.pressed })
                    file.milliseconds(before.map { key.pressed - $0.pressed })
                    file.milliseconds(before?.released.map { key.pressed - $0 })
                    file.text(key.pairing?.rawValue)
                    try file.endRow()
                    try proceedSometimes(file)
                    before = key
                }
            }
        }
    }

    func writeEvents() throws(ExportError) {
        let columns =
            [TableColumn("kind", .text, "", "What happened")]
            + TableColumn.moment("When it happened")
            + [
                TableColumn.bound(), TableColumn.stream,
                TableColumn("payload", .text, "", "What more is known (JSON)"),
            ] + Self.client
        try table("events", "An event or mark", columns) { file in
            try export.forEachEvent { event in
                file.text(event.kind)
                moment(event.time, file)
                file.milliseconds(event.bound)
                file.text(event.stream.flatMap { streamName($0) })
                file.text(export.names.payload(event.payload))
                file.text(event.client)
                file.integer(event.clientSequence)
                try file.endRow()
                try proceedSometimes(file)
            }
        }
    }

    func writePhases() throws(ExportError) {
        let known =
            [
                TableColumn("phase", .text, "", "Name of the phase in the protocol"),
                TableColumn("stay", .integer, "", "Which stay in this phase, from 1"),
                .category(
                    "kind", StudyPhase.Kind.allCases.map(\.rawValue), "What sort of phase it is"),
                .category(
                    "task", StudyPhase.Task.allCases.map(\.rawValue),
                    "What the participant does in a baseline"),
                TableColumn("title", .text, "", "What the phase is called"),
            ] + TableColumn.moment("Start of the phase")
            + TableColumn.end("End of the phase; the recording's end where it lasted till then") + [
                TableColumn("duration_ms", .milliseconds, "ms", "From its start to its end"),
                TableColumn("planned_ms", .real, "ms", "How long the protocol has it last"),
            ] + conditionColumns
        let measured = MeasureColumns(measures, of: .phase(""), beside: TableColumn.keys + known)
        try table("phases", "A stay in a phase", known + measured.columns) { file in
            let stretches = plan.phaseStretches
            var stays: [String: Int64] = [:]
            for (place, phase) in export.phases.enumerated() {
                stays[phase.name, default: 0] += 1
                guard export.selection.takes(phase: phase.name) else { continue }
                let known = export.plan?.phase(named: phase.name)
                let ended = phase.ended ?? session.stopped
                file.text(phase.name)
                file.integer(stays[phase.name])
                file.text(known?.kind.rawValue)
                file.text(known?.kind == .baseline ? known?.task.rawValue : nil)
                file.text(known?.title)
                moment(phase.started, file)
                moment(ended, file)
                file.milliseconds(ended.map { $0 - phase.started })
                file.real(known?.durationSeconds.map { $0 * 1000 })
                writeConditions(file)
                try measured.write(
                    stretches.indices.contains(place) ? stretches[place] : nil, file)
                try file.endRow()
            }
        }
    }
}
