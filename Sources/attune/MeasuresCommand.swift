import ArgumentParser
import Export
import Foundation
import Measures
import Reports
import SessionStore
import SimulatedClient
import StudyProtocol
import SystemCalls

/// `attune measures`: heart, skin, typing and texts of sessions.
struct MeasuresCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "measures",
        abstract: "Measure heart rate variability, skin conductance, typing and texts.",
        discussion: """
            PATH is a session file, a participant's folder, or a study's folder. A row is a phase, a turn, or \
            a window that slides over each phase. A measure with less data than its floor is missing; its \
            column _why says why, and its column _raw has it all the same. Protocols/formats/measures.md \
            describes each. What participants do not agree to is left out, and so are trial runs, unless one \
            is named alone.
            """)

    enum Per: String, ExpressibleByArgument, CaseIterable {
        case phase, turn, window
    }

    @Argument(
        help: "Session files, or folders of participants or studies.",
        completion: .file(extensions: ["attune"]))
    var paths: [String]
    @Option(help: "What a row is.")
    var per = Per.phase
    @Option(help: ArgumentHelp("Length of a window.", valueName: "seconds"))
    var window = 60.0
    @Option(help: ArgumentHelp("From a window's start to the next one's.", valueName: "seconds"))
    var step = 30.0
    @Flag(help: "Print CSV, a column for each measure.")
    var csv = false
    @Option(
        help: ArgumentHelp(
            "Where intervals come from: \(HeartSource.allCases.map(\.rawValue).joined(separator: ", ")). "
                + "The first of these that a session has, unless one is named.", valueName: "source"
        ))
    var heart: String?
    @Option(
        help: ArgumentHelp(
            "Seconds of data that measures need at least: rmssd=30,sdnn=60,pnn50=60,hf=60,lf=120,scl=10,"
                + "resp=30.", valueName: "name=seconds,…"))
    var floors: String?
    @Option(help: ArgumentHelp("Seconds between two edits that are a pause.", valueName: "seconds"))
    var pause = 2.0
    @Option(help: ArgumentHelp("Only these participants, with commas between.", valueName: "codes"))
    var participants: String?
    @Option(help: ArgumentHelp("Only these phases, with commas between.", valueName: "names"))
    var phases: String?
    @Flag(help: "Take trial runs in.")
    var pilots = false
    @OptionGroup var times: AlignmentOption
    @OptionGroup var global: GlobalOptions

    func validate() throws {
        if paths.isEmpty { throw ValidationError("Name a session file or a study's folder.") }
        if csv, global.json { throw ValidationError("choose one of --csv and --json") }
        guard window >= 1, window <= 86_400, step >= 0.1, step <= 86_400 else {
            throw ValidationError("--window is from 1 s to a day, --step from 0.1 s.")
        }
        guard pause > 0, pause <= 3600 else {
            throw ValidationError("--pause is more than 0 s, and at most an hour.")
        }
        _ = try settings()
    }

    private func settings() throws -> MeasureSettings {
        var settings = MeasureSettings()
        settings.pause = pause
        if let heart {
            guard let source = HeartSource(rawValue: heart) else {
                throw ValidationError(
                    "There is no source '\(heart)'; there are "
                        + HeartSource.allCases.map(\.rawValue).joined(separator: ", ") + ".")
            }
            settings.heartSource = source
        }
        for pair in (floors ?? "").split(separator: ",") {
            let parts = pair.split(separator: "=", maxSplits: 1)
            guard parts.count == 2, let value = Double(parts[1]), value >= 0, value.isFinite,
                Self.set(String(parts[0]), value, of: &settings.floors)
            else {
                throw ValidationError(
                    "--floors does not understand '\(pair)'; write rmssd=30, with one of "
                        + "rmssd, sdnn, pnn50, hf, lf, scl, resp.")
            }
        }
        return settings
    }

    private static func set(
        _ floor: String, _ value: Double, of floors: inout MeasureSettings.Floors
    ) -> Bool {
        switch floor {
        case "rmssd": floors.rmssd = value
        case "sdnn": floors.sdnn = value
        case "pnn50": floors.pnn50 = value
        case "hf": floors.highFrequency = value
        case "lf": floors.lowFrequency = value
        case "scl": floors.skin = value
        case "resp": floors.respiration = value
        default: return false
        }
        return true
    }

    func run() throws {
        ProcessMemory.giveBackAtOnce()
        func words(_ text: String?) -> Set<String> {
            Set(
                (text ?? "").split(separator: ",")
                    .map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty })
        }
        var selection = ExportSelection()
        selection.participants = words(participants)
        selection.phases = words(phases)
        selection.includesPilots = pilots
        let dataset = try Dataset.find(paths, selection)
        var table = MeasureTable(per: per)
        for session in dataset.sessions {
            try SessionMeasuring.open(session, selection, alignment: times.alignment) {
                try table.add($0, settings: settings(), window: window, step: step)
            }
        }
        for excluded in dataset.excluded where !global.json && !csv {
            print("Left out: \(excluded.path): \(excluded.message)")
        }
        if global.json { return try table.printJSON() }
        if csv { return table.printCSV() }
        for line in table.lines { print(line) }
    }
}

/// Rows of measures, one a stretch.
private struct MeasureTable {
    private struct Row {
        var participant: String
        var session: String
        /// The phase's name, the turn's number, or the window's number.
        var name: String
        /// Seconds since the session's start.
        var from: Double
        var to: Double
        var values: [MeasureValue]
    }

    let per: MeasuresCommand.Per
    let variables: [MeasureVariable]
    private var rows: [Row] = []

    init(per: MeasuresCommand.Per) {
        self.per = per
        variables = SessionMeasures.variables(
            of: per == .phase ? .phase("") : per == .turn ? .turn(0) : .window)
    }

    mutating func add(
        _ session: SessionMeasuring, settings: MeasureSettings, window: Double, step: Double
    ) throws {
        let measures = try session.measures(settings)
        let stretches: [(phase: String, stretch: MeasureStretch)] =
            switch per {
            case .phase: session.phases.map { ($0.name, $0.stretch) }
            case .turn: session.plan.turnStretches.map { ("", $0) }
            case .window:
                try session.phases.flatMap { phase in
                    try MeasurePlan.windows(
                        from: phase.stretch.from, to: phase.stretch.to, length: window, step: step
                    ).map { (phase.name, $0) }
                }
            }
        for (phase, stretch) in stretches where session.takes(stretch) {
            let name = if case .turn(let number) = stretch.kind { "\(number)" } else { phase }
            rows.append(
                Row(
                    participant: session.participant, session: session.session, name: name,
                    from: session.seconds(stretch.from), to: session.seconds(stretch.to),
                    values: try measures.values(of: stretch)))
        }
    }

    private var keys: [String] { ["participant", "session", per == .turn ? "turn" : "phase"] }

    // MARK: - For programs

    func printCSV() {
        print((keys + ["start_s", "end_s"] + variables.map(\.name)).joined(separator: ","))
        for row in rows {
            let fields =
                [row.participant, row.session, row.name].map(CodingSample.field)
                + [Self.number(row.from), Self.number(row.to)]
                + row.values.map { CodingSample.field(Self.text($0)) }
            print(fields.joined(separator: ","))
        }
    }

    private struct Value: Encodable {
        var value: MeasureValue
        func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            switch value {
            case .missing: try container.encodeNil()
            case .real(let value): try container.encode(value)
            case .integer(let value): try container.encode(value)
            case .text(let text): try container.encode(text)
            }
        }
    }

    private struct Record: Encodable {
        var participant: String
        var session: String
        var phase: String?
        var turn: Int?
        var startSeconds: Double
        var endSeconds: Double
        var measures: [String: Value]
    }

    func printJSON() throws {
        try Output.json(
            rows.map { row in
                Record(
                    participant: row.participant, session: row.session,
                    phase: per == .turn ? nil : row.name, turn: per == .turn ? Int(row.name) : nil,
                    startSeconds: row.from, endSeconds: row.to,
                    measures: Dictionary(
                        uniqueKeysWithValues: zip(variables.map(\.name), row.values.map(Value.init))
                    ))
            })
    }

    private static func text(_ value: MeasureValue) -> String {
        switch value {
        case .missing: ""
        case .real(let value): number(value)
        case .integer(let value): "\(value)"
        case .text(let text): text
        }
    }

    /// The shortest text that is read back as the same number.
    private static func number(_ value: Double) -> String {
        value == value.rounded() && value.magnitude < 1e15 ? "\(Int64(value))" : "\(value)"
    }

    // MARK: - For people

    /// What fits on a screen; the rest is for `--csv`.
    private static let shown: [(name: String, title: String, places: Int)] = [
        ("hr", "HR 1/min", 1), ("dprev_nn", "ΔNN ms", 0), ("rmssd", "RMSSD ms", 1),
        ("sdnn", "SDNN ms", 1), ("hf", "HF ms²", 0), ("hr_coverage_pct", "beats %", 0),
        ("hr_artefact_pct", "corr. %", 1), ("scl", "SCL µS", 2), ("scr_n", "SCR", 0),
        ("evscr", "ev. SCR", 2), ("resp", "resp.", 1), ("first_key_ms", "1st key ms", 0),
        ("send_ms", "send ms", 0), ("words", "words", 0), ("use_class", "Suggestions", 0),
    ]

    var lines: [String] {
        guard !rows.isEmpty else { return ["There is nothing to measure."] }
        let columns = Self.shown.compactMap { column in
            variables.firstIndex { $0.name == column.name }.map { (column, $0) }
        }.filter { _, place in rows.contains { $0.values[place] != .missing } }
        var lines: [String] = []
        var sessions: [String] = []
        for row in rows where sessions.last != row.session { sessions.append(row.session) }
        for session in sessions {
            var table = TextTable(
                [.left(per == .turn ? "turn" : "phase"), .right("from s"), .right("s")]
                    + columns.map { .right($0.0.title) })
            for row in rows where row.session == session {
                table.append(
                    [
                        row.name, ReadableNumber.decimal(row.from, 1),
                        ReadableNumber.decimal(row.to - row.from, 1),
                    ] + columns.map { Self.cell(row.values[$0.1], $0.0.places) })
            }
            lines += (lines.isEmpty ? [] : [""]) + [session] + table.lines
        }
        return lines + [
            "", "-: missing; --csv has the reasons, the raw values and all other measures.",
        ]
    }

    private static func cell(_ value: MeasureValue, _ places: Int) -> String {
        switch value {
        case .missing: "-"
        case .real(let value): ReadableNumber.decimal(value, places)
        case .integer(let value): "\(value)"
        case .text(let text): text
        }
    }
}
