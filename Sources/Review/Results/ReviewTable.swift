/// A table of a review as CSV (RFC 4180 with line feeds, UTF-8 with the mark that spreadsheets look for).
public struct ReviewTable: Hashable, Sendable {
    public var columns: [String]
    public var rows: [[String]]

    public init(columns: [String], rows: [[String]]) {
        self.columns = columns
        self.rows = rows
    }

    public var csv: String {
        "\u{FEFF}"
            + ([columns] + rows).map { $0.map(Self.field).joined(separator: ",") + "\n" }.joined()
    }

    /// A field in quotes where it needs them. What a spreadsheet would take for a formula gets a mark that
    /// it is text; numbers stay numbers.
    static func field(_ text: String) -> String {
        var text = text
        if let first = text.first, "=+-@\t\r".contains(first), Double(text) == nil {
            text = "'" + text
        }
        guard text.contains(where: { $0 == "," || $0 == "\"" || $0.isNewline || $0 == ";" }) else {
            return text
        }
        return "\"" + text.replacing("\"", with: "\"\"") + "\""
    }
}

extension ReviewTable {
    private static func text(_ value: Double?) -> String { value.map { "\($0)" } ?? "" }

    /// All ratings, one a row.
    public static func ratings(_ values: [RatedValue]) -> ReviewTable {
        ReviewTable(
            columns: [
                "session", "rater", "role", "purpose", "assignment", "stage", "turn", "item",
                "value", "rationale",
            ],
            rows: values.map {
                [
                    $0.session, $0.rater, $0.role.rawValue, $0.purpose.rawValue, $0.assignment,
                    $0.stage.rawValue, $0.turn.map { "\($0)" } ?? "", $0.item, "\($0.value)",
                    $0.rationale,
                ]
            })
    }

    /// All flags, one a row.
    public static func flags(_ flags: [RaisedFlag]) -> ReviewTable {
        ReviewTable(
            columns: [
                "session", "rater", "purpose", "assignment", "stage", "turn", "code", "start",
                "end", "rationale",
            ],
            rows: flags.map {
                [
                    $0.session, $0.rater, $0.purpose.rawValue, $0.assignment, $0.stage.rawValue,
                    "\($0.turn)", $0.code, "\($0.start)", "\($0.end)", $0.rationale,
                ]
            })
    }

    private static func comparisons(_ item: ItemResult) -> [ItemResult.Comparison] {
        [item.experts, item.peers, item.calibration].compactMap(\.self) + item.pairs + item.repeats
    }

    /// All figures of agreement, one a row; an undefined one has an empty value.
    public static func agreement(_ results: ReviewResults) -> ReviewTable {
        var rows: [[String]] = []
        func add(
            _ start: [String], _ figures: [AgreementFigure], units: Int, missing: String,
            sessions: String
        ) {
            for figure in figures {
                rows.append(
                    start + [
                        figure.name, text(figure.value), text(figure.low), text(figure.high),
                        figure.interval ?? "", "\(figure.units)", "\(units)", missing, sessions,
                        figure.undefined ?? "", figure.withoutInterval ?? "",
                    ])
            }
        }
        for item in results.items {
            for one in comparisons(item) {
                add(
                    [item.item, item.stage.rawValue, one.name, one.raters.joined(separator: " ")],
                    one.figures, units: one.units, missing: "\(one.missing)",
                    sessions: "\(one.sessions)")
            }
        }
        for flag in results.flags {
            add(
                [
                    flag.code.isEmpty ? "any flag" : flag.code, flag.stage.rawValue, "Flags",
                    flag.raters.map(\.rater).joined(separator: " "),
                ], flag.figures, units: flag.turns, missing: "", sessions: "")
        }
        return ReviewTable(
            columns: [
                "item", "stage", "comparison", "raters", "figure", "value", "low_95", "high_95",
                "interval", "n", "units", "missing", "sessions", "undefined", "without_interval",
            ], rows: rows)
    }

    /// All cells of all confusion matrices, one a row.
    public static func confusion(_ results: ReviewResults) -> ReviewTable {
        var rows: [[String]] = []
        for item in results.items {
            for one in comparisons(item) {
                guard let matrix = one.matrix else { continue }
                for (place, row) in matrix.counts.enumerated() {
                    for (other, count) in row.enumerated() {
                        rows.append([
                            item.item, item.stage.rawValue, one.name, matrix.rows, matrix.columns,
                            "\(matrix.values[place])", "\(matrix.values[other])", "\(count)",
                        ])
                    }
                }
            }
        }
        return ReviewTable(
            columns: [
                "item", "stage", "comparison", "first", "second", "first_value", "second_value",
                "count",
            ], rows: rows)
    }

    /// All signed biases, one a row.
    public static func bias(_ results: ReviewResults) -> ReviewTable {
        var rows: [[String]] = []
        for item in results.items {
            for one in comparisons(item) {
                guard let bias = one.bias else { continue }
                rows.append(
                    [
                        item.item, item.stage.rawValue, one.name, bias.name, "\(bias.pairs)",
                        "\(bias.sessions)",
                    ]
                        + [
                            bias.mean, bias.deviation, bias.low, bias.high, bias.sessionLow,
                            bias.sessionHigh, bias.limitLow, bias.limitHigh,
                        ].map(text))
            }
        }
        return ReviewTable(
            columns: [
                "item", "stage", "comparison", "difference", "pairs", "sessions", "mean", "sd",
                "student_low_95", "student_high_95", "bootstrap_low_95", "bootstrap_high_95",
                "limit_low", "limit_high",
            ], rows: rows)
    }
}
