import SessionStore
import Timebase

extension CSVExportRun {
    private static let client = [
        CSVColumn(
            "client", .text, "", "The linked client that sent it; empty for the daemon's own"),
        CSVColumn("client_sequence", .integer, "", "Its number there"),
    ]

    func writeTurns() throws(ExportError) {
        let columns =
            [
                CSVColumn("turn", .integer, "", "Counts the session's turns from 1"),
                CSVColumn(
                    "author", .text, "", "participant, client (the simulated one) or another word"),
            ] + CSVColumn.moment("When the turn was sent") + [
                CSVColumn.bound(),
                CSVColumn(
                    "began_ns", .integer, "ns", "First key or first part; since the session's start"
                ),
                CSVColumn("composing_ms", .real, "ms", "From its beginning to its sending"),
                CSVColumn("shown_ns", .integer, "ns", "When it stood on the participant's screen"),
                CSVColumn("shown_after_ms", .real, "ms", "From its sending to then"),
                CSVColumn("text", .text, "", "The whole message"),
                CSVColumn(
                    "characters", .integer, "", "Characters of the text, as a person counts them"),
            ] + Self.client
        try table("turns", columns) { file in
            for turn in try reader.turns() {
                file.integer(turn.number)
                file.text(turn.author)
                moment(turn.sent, file)
                file.milliseconds(turn.bound)
                file.integer(turn.composedFrom.map { sinceStart($0) })
                file.milliseconds(turn.composedFrom.map { turn.sent - $0 })
                file.integer(turn.shown.map { sinceStart($0) })
                file.milliseconds(turn.shown.map { $0 - turn.sent })
                file.text(turn.text)
                file.integer(Int64(turn.text.count))
                file.text(turn.client)
                file.integer(turn.clientSequence)
                try file.endRow()
                try proceedSometimes(file)
            }
        }
    }

    func writeDraftEdits() throws(ExportError) {
        let columns =
            [CSVColumn("turn", .integer, "", "Number of the turn that the draft becomes")]
            + CSVColumn.moment("When the draft was changed") + [
                CSVColumn.bound(),
                CSVColumn("position", .integer, "UTF-16 units", "Where in the draft"),
                CSVColumn("deleted", .integer, "UTF-16 units", "How much went"),
                CSVColumn("inserted", .integer, "UTF-16 units", "How much came"),
                CSVColumn(
                    "class", .text, "", "Class of the change, such as letter, delete or paste"),
                CSVColumn("text", .text, "", "What came; only with the consent that allows it"),
            ] + Self.client
        try table("draft_edits", columns) { file in
            for edit in try reader.draftEdits() {
                file.integer(edit.turn)
                moment(edit.time, file)
                file.milliseconds(edit.bound)
                file.integer(edit.position)
                file.integer(edit.deleted)
                file.integer(edit.inserted)
                file.text(edit.editClass)
                file.text(edit.text)
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
                CSVColumn.stream,
                CSVColumn("ordinal", .integer, "", "Counts the presses of the stream from 0"),
            ] + CSVColumn.moment("When the key went down") + [
                CSVColumn.bound(),
                CSVColumn("class", .text, "", "Class of the key; which key it was is not recorded"),
                CSVColumn(
                    "released_ns", .integer, "ns", "When it came up; since the session's start"),
                CSVColumn("dwell_ms", .real, "ms", "From press to release"),
                CSVColumn(
                    "press_to_press_ms", .real, "ms",
                    "From the stream's press before to this one; empty across a gap"),
                CSVColumn(
                    "flight_ms", .real, "ms",
                    "From the release of the press before to this press (negative where they overlap); "
                        + "empty across a gap"),
                CSVColumn(
                    "pairing", .text, "",
                    "How the release was matched: exact (by key) or order (by order in the class)"),
            ]
        try table("keystrokes", columns) { file in
            for stream in streams {
                let gaps = try reader.gaps(stream.id).map(\.gap)
                var gap = 0
                var before: Keystroke?
                for key in try reader.keystrokes(stream.id) {
                    if let earlier = before {
                        while gap < gaps.count, gaps[gap].end <= earlier.pressed { gap += 1 }
                        if gap < gaps.count, gaps[gap].start < key.pressed { before = nil }
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
            [CSVColumn("kind", .text, "", "What happened")] + CSVColumn.moment("When it happened")
            + [
                CSVColumn.bound(), CSVColumn.stream,
                CSVColumn("payload", .text, "", "What more is known (JSON)"),
            ] + Self.client
        let slices = try fromStore { () throws(SessionStoreError) in try eventSlices() }
        try table("events", columns) { file in
            for (from, to) in slices {
                for event in try reader.events(from: from, to: to) {
                    file.text(event.kind)
                    moment(event.time, file)
                    file.milliseconds(event.bound)
                    file.text(event.stream.map { streamName($0) })
                    file.text(event.payload)
                    file.text(event.client)
                    file.integer(event.clientSequence)
                    try file.endRow()
                    try proceedSometimes(file)
                }
            }
        }
    }

    /// Stretches of time of which each holds about 50,000 rows, so that not all are in memory at
    /// once; the first and the last are open.
    func eventSlices() throws(SessionStoreError) -> [(from: Instant?, to: Instant?)] {
        let count = try reader.count(of: .events)
        let start = session.description.started
        var end = session.stopped ?? start
        for stream in streams { end = max(end, try reader.timeRange(of: stream.id)?.last ?? end) }
        let number = min(count / 50_000 + 1, 1024)
        let width = (end - start) / number
        guard number > 1, width > 0 else { return [(nil, nil)] }
        return (0..<number).map { slice in
            (
                slice == 0 ? nil : start + slice * width,
                slice == number - 1 ? nil : start + (slice + 1) * width
            )
        }
    }

    func writePhases() throws(ExportError) {
        let columns =
            [CSVColumn("phase", .text, "", "Name of the phase in the protocol")]
            + CSVColumn.moment("Start of the phase")
            + CSVColumn.end("End of the phase; the recording's end where it lasted till then") + [
                CSVColumn("duration_ms", .real, "ms", "From its start to its end")
            ]
        try table("phases", columns) { file in
            for phase in try reader.phases() {
                let ended = phase.ended ?? session.stopped
                file.text(phase.name)
                moment(phase.started, file)
                moment(ended, file)
                file.milliseconds(ended.map { $0 - phase.started })
                try file.endRow()
            }
        }
    }
}
