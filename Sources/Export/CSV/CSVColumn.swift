/// A column of a table, as the codebook describes it.
struct CSVColumn: Hashable, Sendable {
    enum Kind: String, Sendable {
        case integer, real, text, utc
    }

    /// At most 32 characters of a-z, 0-9 and `_`.
    var name: String
    var kind: Kind
    /// Empty where there is none.
    var unit: String
    var meaning: String

    init(_ name: String, _ kind: Kind, _ unit: String = "", _ meaning: String) {
        self.name = name
        self.kind = kind
        self.unit = unit
        self.meaning = meaning
    }

    /// The three columns of a row's moment.
    static func moment(_ what: String) -> [CSVColumn] {
        [
            CSVColumn("t_ns", .integer, "ns", "\(what); exact, since the session's start"),
            CSVColumn(
                "t_start_ms", .integer, "ms", "\(what); since the session's start, rounded down"),
            CSVColumn("t_start_utc", .utc, "", "\(what); UTC by the session's time triples"),
        ]
    }

    /// The three columns of the moment at which a row ends.
    static func end(_ what: String) -> [CSVColumn] {
        [
            CSVColumn("end_ns", .integer, "ns", "\(what); exact, since the session's start"),
            CSVColumn("end_ms", .integer, "ms", "\(what); since the session's start, rounded down"),
            CSVColumn("end_utc", .utc, "", "\(what); UTC by the session's time triples"),
        ]
    }

    static func bound(_ of: String = "the row's times") -> CSVColumn {
        CSVColumn("bound_ms", .real, "ms", "95% bound of the error of \(of), one-sided")
    }

    static let stream = CSVColumn("stream", .text, "", "Name of the stream, see streams.csv")
}
