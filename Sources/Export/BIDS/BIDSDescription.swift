import Link
import SessionStore

/// What a BIDS dataset says of itself: its description, its participants and their sessions.
struct BIDSDescription {
    private let tables: [any TableSource]
    private let names: BIDSNames
    private let output: FormatOutput

    init(_ tables: [any TableSource], _ names: BIDSNames, _ output: FormatOutput) {
        self.tables = tables
        self.names = names
        self.output = output
    }

    /// What showed the participant what there was to see.
    static let software: JSONValue = [
        "SoftwareName": "Attune", "SoftwareVersion": .string(SoftwareVersion.current),
    ]

    /// By how much more dates are moved where they are moved at all: 112 years, after which weekdays fall on
    /// the same dates. BIDS wants moved dates to be of 1925 or before, so that nobody takes them for real.
    private static let shift: Int64 = -5844 * 7 * 86_400_000_000_000

    func write() throws {
        let studies = Set(output.sessions.map(\.entry.study)).sorted().joined(separator: ", ")
        try output.folder.write(
            BIDSJSON.text([
                "Name": .string(studies.isEmpty ? "Sessions" : studies), "BIDSVersion": "1.11.1",
                "DatasetType": "raw",
                "GeneratedBy": [
                    [
                        "Name": "Attune", "Version": .string(SoftwareVersion.current),
                        "Description": "attune export --format bids",
                    ]
                ],
            ]), to: "dataset_description.json", "description")
        try output.folder.write(readme(studies), to: "README.md", "description")
        try output.folder.write(
            "1.0.0\n  - Exported by Attune \(SoftwareVersion.current).\n", to: "CHANGES",
            "description")
        if output.options.formats.count == 1 {
            // The manifest then stands within the dataset, where BIDS knows no such file.
            try output.folder.write(
                "\(ExportManifest.file)\n", to: ".bidsignore", "description")
        }
        try writeParticipants()
        try writeSessions()
    }

    private func readme(_ studies: String) -> String {
        let dates =
            showsDates
            ? (output.options.pseudonyms == nil
                ? "Dates in sessions.tsv are those of the recordings."
                : "Dates in sessions.tsv were moved by whole weeks, and into the years before 1925: those of one "
                    + "participant all by the same.")
            : "Dates are left out, since participants have pseudonyms."
        return """
            # \(studies)

            \(output.sessions.count) sessions of a chat with physiological recordings, by Attune.

            - `*_events.tsv`: what happened in a session, in order; `row` names the row of the table that says more.
            - `*_acq-TABLE_beh.tsv`: one table each (turns, phases, answers, keystrokes, gaps, clock segments and more).
            - `*_recording-STREAM_physio.tsv.gz`: samples on a grid; `timestamp` is each sample's own time.
            - `*_recording-STREAM_physioevents.tsv.gz`: gaps of that stream.
            - `*_acq-STREAM_events.tsv`: samples of streams without a fixed rate, such as intervals between heartbeats.
            - `phenotype/`: questionnaires, a row for each participant.

            All times are seconds since the session's start, in columns `*_ns` and `*_ms` nano- and milliseconds. The \
            sessions of a participant are numbered as they began; those of the task `commentary` look back on another \
            one. \(BIDSJSON.escapes)

            \(dates)

            """
    }

    private var showsDates: Bool { output.options.pseudonyms?.movesDates ?? true }

    // MARK: - Participants

    private static let subject = TableColumn(
        "participant_id", .text, "", "The participant's folder")
    private static let code = TableColumn(
        "participant", .text, "", "The participant's code as all tables have it")

    private func writeParticipants() throws {
        let table = tables.first { $0.name == "participants" }
        let columns = table.map { BIDSTable.columns(of: $0) } ?? []
        let file = try CSVFile(
            path: output.folder.place("participants.tsv"),
            columns: [Self.subject, Self.code] + columns.map(\.column), style: .bids)
        var seen: Set<String> = []
        func write(_ subject: String, _ code: String, _ batch: TableBatch?, _ row: Int) throws {
            guard seen.insert(subject).inserted else { return }
            file.text(subject)
            file.text(code)
            for (place, column) in columns {
                if let batch {
                    file.write(batch.columns[place], row, column.kind)
                } else {
                    file.missing()
                }
            }
            try file.endRow()
        }
        if let table, let key = table.place(of: "participant") {
            let subjects = names.subjects(output.sessions)
            try table.forEachBatch { batch in
                guard case .texts(let codes) = batch.columns[key] else { return }
                for row in 0..<batch.count {
                    guard let code = codes[row], let subject = subjects[code] else { continue }
                    try write(subject, code, batch, row)
                }
            }
        }
        for session in output.sessions {
            guard let place = names.places[session.key.session] else { continue }
            try write(place.subject, session.key.participant, nil, 0)
        }
        try file.close()
        output.folder.add("participants.tsv", "participants", rows: file.rows)
        try output.folder.write(
            BIDSJSON.text(BIDSJSON.columns([Self.subject, Self.code] + columns.map(\.column))),
            to: "participants.json", "description")
    }

    // MARK: - Sessions

    private static let session = [
        TableColumn("session_id", .text, "", "The session's folder"),
        TableColumn("session", .text, "", "The session's key as all tables have it"),
        TableColumn("task", .text, "", "What the session was: chat or commentary"),
    ]
    private static let acquired = TableColumn("acq_time", .utc, "", "When the session began, UTC")

    private func writeSessions() throws {
        let table = tables.first { $0.name == "sessions" }
        // Moments are told by acq_time alone, and the file's identifier is the column of that name here.
        let columns = (table.map { BIDSTable.columns(of: $0) } ?? []).filter { _, column in
            !["session_id", "monotonic_start_ns", "t_ns", "t_start_ms"].contains(column.name)
        }
        let first = Self.session + (showsDates ? [Self.acquired] : [])
        let all = first + columns.map(\.column)
        var files: [String: CSVFile] = [:]
        let bySession = Dictionary(
            output.sessions.map { ($0.key.session, $0) }, uniquingKeysWith: { $1 })
        func write(_ session: ExportedSession, _ batch: TableBatch?, _ row: Int) throws {
            guard let place = names.places[session.key.session] else { return }
            let name = "\(place.subject)/\(place.subject)_sessions.tsv"
            let file =
                try files[name]
                ?? CSVFile(path: output.folder.place(name), columns: all, style: .bids)
            files[name] = file
            file.text(place.session)
            file.text(session.key.session)
            file.text(place.task)
            if showsDates { file.utc(acquired(session.entry)) }
            for (place, column) in columns {
                if let batch {
                    file.write(batch.columns[place], row, column.kind)
                } else {
                    file.missing()
                }
            }
            try file.endRow()
        }
        var seen: Set<String> = []
        if let table, let key = table.place(of: "session") {
            try table.forEachBatch { batch in
                guard case .texts(let keys) = batch.columns[key] else { return }
                for row in 0..<batch.count {
                    guard let key = keys[row], let session = bySession[key],
                        seen.insert(key).inserted
                    else { continue }
                    try write(session, batch, row)
                }
            }
        }
        for session in output.sessions where !seen.contains(session.key.session) {
            try write(session, nil, 0)
        }
        for (name, file) in files.sorted(by: { $0.key < $1.key }) {
            try file.close()
            output.folder.add(name, "sessions", rows: file.rows)
        }
        try output.folder.write(
            BIDSJSON.text(BIDSJSON.columns(all)), to: "sessions.json", "description")
    }

    private func acquired(_ session: DatasetSession) -> Int64 {
        guard let pseudonyms = output.options.pseudonyms else { return session.startedRealtime }
        return session.startedRealtime
            &+ pseudonyms.dateShift(of: session.participant, study: session.study) &+ Self.shift
    }
}
