import Link

/// Questionnaires, a file each with one row for each participant, as BIDS has `phenotype/`: one that somebody
/// was asked several times has its columns as many times, numbered in order.
struct BIDSPhenotype {
    private struct Variable {
        var column: TableColumn
        /// What numbers mean, as they occur.
        var levels: [String: JSONValue] = [:]
    }

    private enum Value {
        case number(Double)
        case text(String)
    }

    /// A questionnaire as it was asked once.
    private struct Asking {
        var session: String
        var phase: String?
        /// By variable; nil for one that was not answered.
        var values: [String: Value?] = [:]
    }

    private final class Questionnaire {
        var variables: [Variable] = []
        /// By participant's folder.
        var askings: [String: [Asking]] = [:]

        /// Remembers a variable, and what one of its numbers means.
        func note(_ code: String, _ label: String, _ number: Double?, _ meaning: String?) {
            var place = variables.firstIndex { $0.column.name == code }
            if place == nil {
                variables.append(.init(column: TableColumn(code, .text, "", label)))
                place = variables.count - 1
            }
            guard let place, let number, let meaning else { return }
            variables[place].levels[TableColumn.Label(number, meaning).number] = .string(meaning)
        }
    }

    private var questionnaires: [String: Questionnaire] = [:]

    /// - Parameter answers: the table `answers`, in which the rows of one asking follow one another.
    init(_ answers: any TableSource, _ names: BIDSNames) throws {
        /// Session, questionnaire and phase of the row before.
        var last: [String?] = []
        try answers.forEachBatch { batch in
            func text(_ column: String, _ row: Int) -> String? {
                guard let place = answers.place(of: column),
                    case .texts(let texts) = batch.columns[place]
                else { return nil }
                return texts[row]
            }
            func number(_ row: Int) -> Double? {
                guard let place = answers.place(of: "number"),
                    case .reals(let values) = batch.columns[place], !values[row].isNaN
                else { return nil }
                return values[row]
            }
            for row in 0..<batch.count {
                guard let session = text("session", row), let place = names.places[session],
                    let name = text("questionnaire", row), let code = text("variable", row)
                else { continue }
                let questionnaire = questionnaires[name] ?? Questionnaire()
                questionnaires[name] = questionnaire
                let phase = text("phase", row)
                var askings = questionnaire.askings[place.subject] ?? []
                if last != [session, name, phase] || askings.last?.values[code] != nil {
                    askings.append(Asking(session: place.session, phase: phase))
                }
                last = [session, name, phase]
                let number = number(row)
                let value = number.map { Value.number($0) } ?? text("text", row).map { .text($0) }
                askings[askings.count - 1].values.updateValue(value, forKey: code)
                questionnaire.askings[place.subject] = askings
                questionnaire.note(
                    code, text("label", row) ?? code, number, text("value_label", row))
            }
        }
    }

    func write(to output: FormatOutput) throws {
        let names = questionnaires.keys.sorted()
        for (name, label) in zip(names, BIDSNames.labels(names)) {
            guard let questionnaire = questionnaires[name] else { continue }
            try write(name, questionnaire, "phenotype/\(label)", output)
        }
    }

    private static let asked = [
        TableColumn("asked_in_session", .text, "", "The session in which it was asked"),
        TableColumn("asked_in_phase", .text, "", "The phase in which it was asked"),
    ]

    private func write(
        _ title: String, _ questionnaire: Questionnaire, _ name: String, _ output: FormatOutput
    ) throws {
        let times = questionnaire.askings.values.map(\.count).max() ?? 0
        var columns = [TableColumn("participant_id", .text, "", "The participant's folder")]
        var members: [String: JSONValue] = [:]
        for time in 1...max(times, 1) {
            let suffix = times > 1 ? "_\(time)" : ""
            for var column in Self.asked + questionnaire.variables.map(\.column) {
                column.name += suffix
                columns.append(column)
                members[column.name] = BIDSJSON.column(column)
            }
            for variable in questionnaire.variables where !variable.levels.isEmpty {
                let description = JSONValue.string(variable.column.meaning)
                members[variable.column.name + suffix] = [
                    "Description": description, "Levels": .object(variable.levels),
                ]
            }
        }
        members[columns[0].name] = BIDSJSON.column(columns[0])
        members["MeasurementToolMetadata"] = [
            "Description": .string("Questionnaire \(title). \(BIDSJSON.escapes)")
        ]
        let file = try CSVFile(
            path: output.folder.place("\(name).tsv"), columns: columns, style: .bids)
        for (subject, askings) in questionnaire.askings.sorted(by: { $0.key < $1.key }) {
            file.text(subject)
            for time in 0..<times {
                let asking = askings.indices.contains(time) ? askings[time] : nil
                file.text(asking?.session)
                file.text(asking?.phase)
                for variable in questionnaire.variables {
                    switch asking?.values[variable.column.name] {
                    case .some(.some(.number(let number))): file.real(number)
                    case .some(.some(.text(let text))): file.text(text)
                    default: file.missing()
                    }
                }
            }
            try file.endRow()
        }
        try file.close()
        output.folder.add("\(name).tsv", "phenotype", rows: file.rows)
        try output.folder.write(BIDSJSON.text(members), to: "\(name).json", "description")
    }
}
