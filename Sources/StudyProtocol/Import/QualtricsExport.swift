/// The three header rows of a Qualtrics data export: names, texts, and JSON with an `ImportId`.
///
/// They name the questions, but neither their kinds nor all of their options. So what comes out are
/// skeletons, each with a remark on what has to be filled in. Answers below are not looked at.
struct QualtricsExport {
    private struct Column {
        var name: String
        var text: String
        /// `QID5`.
        var question: String
        /// What follows: `["1", "TEXT"]`.
        var parts: [String]
        var choice: String?
    }

    private var names = ImportNames()
    private var remarks: [String] = []

    static func read(_ text: String) throws(ImportError) -> QuestionnaireImport {
        var export = QualtricsExport()
        return try export.convert(text)
    }

    private mutating func convert(_ text: String) throws(ImportError) -> QuestionnaireImport {
        var rows = DelimitedRows.first(3, of: text)
        if rows.count >= 2, !(rows.count == 3 && rows[2].contains { $0.contains("ImportId") }) {
            guard let ids = Self.identifiers(rows[0]) else {
                throw .notAnExport(
                    rows.count == 3
                        ? "the third has '\(rows[2].first?.prefix(40) ?? "")' in column 1"
                        : "found \(rows.count)")
            }
            rows = [rows[0], rows[1], ids]
            remarks.append(
                "there are no ImportIds; the names of columns tell what belongs together")
        }
        guard rows.count == 3 else { throw .notAnExport("found \(rows.count)") }
        var columns: [Column] = []
        var others = 0
        for (index, cell) in rows[2].enumerated() {
            guard let tree = try? ImportTree.parse(cell), let id = tree["ImportId"].string else {
                if cell.isEmpty { continue }
                throw .notAnExport("the third has '\(cell.prefix(40))' in column \(index + 1)")
            }
            let parts = id.split(separator: "_").map(String.init)
            guard let question = parts.first, question.hasPrefix("QID"),
                question.dropFirst(3).allSatisfy(\.isNumber), question.count > 3
            else {
                if parts.dropFirst().first?.hasPrefix("QID") ?? false {
                    remarks.append("\(id): not taken, since it is repeated by Loop & Merge")
                } else {
                    others += 1
                }
                continue
            }
            let name = index < rows[0].count ? rows[0][index] : id
            let words = index < rows[1].count ? ImportedText.plain(rows[1][index]) : ""
            columns.append(
                Column(
                    name: ImportNames.plain(name, otherwise: question),
                    text: words.isEmpty ? name : words, question: question,
                    parts: Array(parts.dropFirst()), choice: tree["choiceId"].string))
        }
        if others > 0 {
            remarks.append("\(others) columns are no questions (dates, ids, embedded data)")
        }
        var items: [Questionnaire.Item] = []
        var done: Set<String> = []
        for column in columns where done.insert(column.question).inserted {
            items += self.items(of: columns.filter { $0.question == column.question })
        }
        guard !items.isEmpty else { throw .nothing }
        return QuestionnaireImport(
            questionnaires: [
                Questionnaire(
                    name: "qualtrics", title: "Qualtrics", items: items.map { names.settle($0) })
            ], remarks: remarks)
    }

    /// Columns that are in every export, by which one without ImportIds is known.
    private static let usual: Set<String> = [
        "startdate", "enddate", "status", "ipaddress", "progress", "duration", "finished",
        "recordeddate", "responseid", "responseset", "recipientlastname", "recipientfirstname",
        "recipientemail", "externalreference", "externaldatareference", "locationlatitude",
        "locationlongitude", "locationaccuracy", "distributionchannel", "userlanguage", "name",
        "emailaddress", "email",
    ]

    /// ImportIds that fit the names of columns, for older exports that have none; nil for a table
    /// that is no export. `Q5_2` and `Q5_3` are parts of one question.
    private static func identifiers(_ names: [String]) -> [String]? {
        func isUsual(_ name: String) -> Bool {
            let plain = name.lowercased().filter { $0.isLetter }
            // The first columns of the oldest exports are V1 to V10.
            let isNumbered = name.first == "V" && Int(name.dropFirst()) != nil
            return usual.contains(plain) || plain.hasPrefix("durationin") || isNumbered
        }
        guard names.contains(where: isUsual) else { return nil }
        var numbers: [String: Int] = [:]
        return names.map { name in
            guard !isUsual(name), !name.isEmpty else { return #"{"ImportId": "other"}"# }
            let parts = name.split(separator: "_").map(String.init)
            let tail = parts.dropFirst().drop { Int($0) == nil && $0 != "TEXT" && $0 != "GROUP" }
            let stem = parts.dropLast(tail.count).joined(separator: "_")
            let number = numbers[stem] ?? numbers.count + 1
            numbers[stem] = number
            let id = (["QID\(number)"] + tail.filter { $0.allSatisfy { $0.isASCII } }).joined(
                separator: "_")
            return "{\"ImportId\": \"\(id.filter { $0.isLetter || $0.isNumber || $0 == "_" })\"}"
        }
    }

    /// The items of the columns of one question.
    private mutating func items(of columns: [Column]) -> [Questionnaire.Item] {
        let chosen = columns.filter {
            $0.choice != nil && !$0.parts.contains("TEXT") && !$0.parts.contains("DO")
        }
        if chosen.count > 0 {
            return multiple(chosen, texts: columns.filter { $0.parts.contains("TEXT") })
        }
        let isPromoter = columns.contains { $0.parts == ["NPS", "GROUP"] }
        var result: [Questionnaire.Item] = []
        for column in columns {
            switch column.parts.last {
            case nil where isPromoter:
                var item = Questionnaire.Item(name: column.name, kind: .choice, text: column.text)
                item.options = (0...10).map { .init(value: $0, label: "\($0)") }
                result.append(item)
            case nil:
                var item = Questionnaire.Item(name: column.name, kind: .choice, text: column.text)
                item.options = [.init(value: 1, label: "…")]
                result.append(item)
                remarks.append(
                    "\(column.name): kind and options are not in the file; a choice with one "
                        + "option stands in")
            case "TEXT" where column.parts.count == 1:
                var item = Questionnaire.Item(name: column.name, kind: .text, text: column.text)
                item.lines = 4
                item.maximumLength = 4000
                result.append(item)
            case "TEXT":
                if let index = result.indices.last, result[index].kind == .choice {
                    remarks.append(
                        "\(column.name): belongs to an option of \(result[index].name); give that "
                            + "option text: true")
                } else {
                    remarks.append("\(column.name): not taken, since it is a text beside an option")
                }
            case let part? where part.allSatisfy(\.isNumber):
                var item = Questionnaire.Item(name: column.name, kind: .likert, text: column.text)
                item.points = 7
                result.append(item)
                remarks.append(
                    "\(column.name): kind and points are not in the file; a Likert item with 7 "
                        + "points stands in")
            case let part?:
                if isPromoter, part == "GROUP" { continue }
                remarks.append("\(column.name): not taken (\(column.parts.joined(separator: "_")))")
            }
        }
        return result
    }

    /// A choice of several, whose options have a column each.
    private mutating func multiple(
        _ columns: [Column], texts: [Column]
    ) -> [Questionnaire.Item] {
        guard let first = columns.first else { return [] }
        // The texts are "question - option" in all columns.
        let parts = columns.map { $0.text.components(by: " - ") }
        let question = parts.first?.dropLast().joined(separator: " - ") ?? ""
        let isShared =
            !question.isEmpty
            && parts.allSatisfy { $0.dropLast().joined(separator: " - ") == question }
        var name = first.name
        if let choice = first.choice, name.hasSuffix("_\(choice)") {
            name.removeLast(choice.count + 1)
        }
        let written = Set(texts.compactMap(\.choice) + texts.compactMap(\.parts.first))
        var item = Questionnaire.Item(
            name: name, kind: .choice, text: isShared ? question : first.text)
        item.isMultiple = true
        item.options = columns.enumerated().map { index, column in
            .init(
                value: column.choice.flatMap(Int.init) ?? index + 1,
                label: isShared ? parts[index].last ?? column.text : column.text,
                hasText: column.choice.map(written.contains) ?? false)
        }
        if Set(item.options.map(\.value)).count < item.options.count {
            for index in item.options.indices { item.options[index].value = index + 1 }
        }
        remarks.append("\(name): whether it must be answered is not in the file")
        return [item]
    }
}

extension String {
    fileprivate func components(by separator: String) -> [String] {
        split(separator: separator, omittingEmptySubsequences: false).map(String.init)
    }
}

/// Rows of a table with commas or tabs, quotes doubled within quotes (RFC 4180).
enum DelimitedRows {
    /// The first rows of a text. Tabs divide where the first line has one and no comma before it.
    static func first(_ count: Int, of text: String) -> [[String]] {
        let line = text.prefix { !$0.isNewline }
        let comma = line.firstIndex(of: ",")
        let tab = line.firstIndex(of: "\t")
        let separator: Character =
            switch (comma, tab) {
            case (let comma?, let tab?): tab < comma ? "\t" : ","
            case (nil, _?): "\t"
            default: ","
            }
        var rows: [[String]] = []
        var row: [String] = []
        var cell = ""
        var isQuoted = false
        var index = text.startIndex
        func isEmptyRow() -> Bool { row.isEmpty && cell.isEmpty }
        while index < text.endIndex, rows.count < count {
            let character = text[index]
            index = text.index(after: index)
            if isQuoted {
                guard character == "\"" else {
                    cell.append(character)
                    continue
                }
                if index < text.endIndex, text[index] == "\"" {
                    cell.append("\"")
                    index = text.index(after: index)
                } else {
                    isQuoted = false
                }
            } else if character == "\"", cell.isEmpty {
                isQuoted = true
            } else if character == separator {
                row.append(cell)
                cell = ""
            } else if character.isNewline {
                if !isEmptyRow() { rows.append(row + [cell]) }
                row = []
                cell = ""
            } else {
                cell.append(character)
            }
        }
        if rows.count < count, !isEmptyRow() { rows.append(row + [cell]) }
        return rows
    }
}
