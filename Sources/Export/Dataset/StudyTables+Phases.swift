/// The wide table: what repeated measures want.
extension StudyTables {
    /// A number of a participant: from which visit, in which phase, and what it is.
    private struct Key: Hashable {
        var visit: Int64
        var phase: String
        var name: String
    }

    private struct Wide {
        /// In the order in which they were met, which is that of visits, phases and columns.
        var keys: [Key] = []
        var columns: [Key: TableColumn] = [:]
        var order: [String] = []
        var cells: [String: [Key: Double]] = [:]

        mutating func add(_ participant: String, _ key: Key, _ column: TableColumn, _ value: Double)
        {
            if cells[participant] == nil { order.append(participant) }
            if columns[key] == nil {
                keys.append(key)
                columns[key] = column
            }
            // Of several stays in a phase the first one counts.
            if cells[participant]?[key] == nil { cells[participant, default: [:]][key] = value }
        }
    }

    /// A row a participant, a column for each visit, phase and number: what is measured of phases, scores of
    /// scales, and answers.
    func participantPhases(_ tables: [String: any TableSource]) throws -> StudyTable? {
        var wide = Wide()
        let visits = Dictionary(
            facts.sessions.map { ($0.key.session, Int64($0.entry.visit ?? 1)) },
            uniquingKeysWith: { first, _ in first })
        if let phases = tables["phases"] { try add(phases, to: &wide, visits) }
        if let scales = tables["scales"] {
            try add(scales, number: "score", named: "scale", titled: "title", to: &wide, visits)
        }
        if let answers = tables["answers"] {
            try add(
                answers, number: "number", named: "variable", titled: "label", to: &wide, visits)
        }
        let hasVisits = Set(wide.keys.map(\.visit)).count > 1
        var names = ColumnNames(taken: ["participant"])
        let columns = wide.keys.map { key in
            let column = wide.columns[key]
            let wish = (hasVisits ? "v\(key.visit)_" : "") + "\(key.phase)_\(key.name)"
            return TableColumn(
                names.column(wish), .real, column?.unit ?? "",
                (hasVisits ? "Visit \(key.visit), phase " : "Phase ") + "\(key.phase): "
                    + (column?.meaning ?? key.name),
                labels: column?.labels ?? [])
        }
        let builder = builder(
            "participant_phases", "A participant, with a column for each phase and number",
            [TableColumn("participant", .text, "", "Code of the participant")] + columns)
        for participant in wide.order {
            builder.text(participant)
            for key in wide.keys { builder.real(wide.cells[participant]?[key]) }
            try builder.endRow()
        }
        return StudyTable([try builder.close()])
    }

    /// Columns of phases that say what the phase is, and not what was measured in it.
    private static let known: Set<String> = [
        "participant", "session", "phase", "stay", "kind", "task", "title", "t_ns", "t_start_ms",
        "t_start_utc", "end_ns", "end_ms", "end_utc", "planned_ms", "visit",
    ]

    private func add(
        _ phases: any TableSource, to wide: inout Wide, _ visits: [String: Int64]
    ) throws {
        guard let phase = phases.place(of: "phase") else { return }
        let numbers = phases.columns.indices.filter {
            let column = phases.columns[$0]
            return column.kind.storage != .texts && column.kind != .utc
                && !Self.known.contains(column.name)
        }
        try phases.forEachBatch { batch in
            for row in 0..<batch.count {
                guard let participant = batch.columns[0].text(row),
                    let session = batch.columns[1].text(row),
                    let name = batch.columns[phase].text(row)
                else { continue }
                for place in numbers {
                    let column = phases.columns[place]
                    guard let value = batch.columns[place].number(row, column.kind) else {
                        continue
                    }
                    wide.add(
                        participant,
                        Key(visit: visits[session] ?? 1, phase: name, name: column.name),
                        column, value)
                }
            }
        }
    }

    private func add(
        _ table: any TableSource, number: String, named: String, titled: String,
        to wide: inout Wide, _ visits: [String: Int64]
    ) throws {
        guard let phase = table.place(of: "phase"), let number = table.place(of: number),
            let named = table.place(of: named), let titled = table.place(of: titled)
        else { return }
        try table.forEachBatch { batch in
            for row in 0..<batch.count {
                guard let participant = batch.columns[0].text(row),
                    let session = batch.columns[1].text(row),
                    let name = batch.columns[named].text(row),
                    let value = batch.columns[number].number(row, .real)
                else { continue }
                let column = TableColumn(
                    name, .real, "", batch.columns[titled].text(row) ?? name,
                    labels: study.labels[name] ?? [])
                wide.add(
                    participant,
                    Key(
                        visit: visits[session] ?? 1, phase: batch.columns[phase].text(row) ?? "",
                        name: name), column, value)
            }
        }
    }
}

extension ColumnValues {
    /// The text of a row; nil where it is missing.
    func text(_ row: Int) -> String? {
        if case .texts(let values) = self { values[row] } else { nil }
    }

    /// The number of a row; nil where it is missing. Durations are in milliseconds.
    func number(_ row: Int, _ kind: TableColumn.Kind) -> Double? {
        switch self {
        case .integers(let values, let isMissing):
            if !isMissing.isEmpty, isMissing[row] { return nil }
            return kind == .milliseconds ? Double(values[row]) / 1e6 : Double(values[row])
        case .reals(let values): return values[row].isNaN ? nil : values[row]
        case .texts: return nil
        }
    }
}
