/// A column of a table, as codebooks describe it.
public struct TableColumn: Hashable, Sendable {
    /// What a column holds, and so which `ColumnValues` a batch has for it.
    public enum Kind: String, Hashable, Sendable {
        /// Whole numbers: `.integers`.
        case integer
        /// Numbers: `.reals`.
        case real
        /// A duration, kept in nanoseconds and written in milliseconds, exactly: `.integers`.
        case milliseconds
        /// A moment in nanoseconds since 1970-01-01 UTC: `.integers`.
        case utc
        /// Any text: `.texts`.
        case text
        /// One of a few words: `.texts`. Formats with value labels write its code, see `labels`.
        case category
    }

    /// What a number means.
    public struct Label: Hashable, Sendable {
        public var value: Double
        public var text: String

        public init(_ value: Double, _ text: String) {
            self.value = value
            self.text = text
        }
    }

    /// At most 32 characters of a-z, 0-9 and `_`; differs from its table's others in the first 8.
    public var name: String
    public var kind: Kind
    /// Empty where there is none.
    public var unit: String
    public var meaning: String
    /// What the numbers mean. Of a category its words with their codes, from 1 in the order in which they
    /// were declared; words that occur and were not declared follow in alphabetical order.
    public var labels: [Label]

    public init(
        _ name: String, _ kind: Kind, _ unit: String = "", _ meaning: String, labels: [Label] = []
    ) {
        self.name = name
        self.kind = kind
        self.unit = unit
        self.meaning = meaning
        self.labels = labels
    }

    /// A column of words.
    public static func category(
        _ name: String, _ words: [String], _ meaning: String
    ) -> TableColumn {
        TableColumn(
            name, .category, "", meaning,
            labels: words.enumerated().map { Label(Double($0.offset + 1), $0.element) })
    }

    /// A column of 1 for yes and 0 for no.
    public static func flag(_ name: String, _ meaning: String) -> TableColumn {
        TableColumn(
            name, .integer, "", "1 \(meaning), else 0", labels: [Label(0, "no"), Label(1, "yes")])
    }

    /// The three columns of a row's moment.
    static func moment(_ what: String) -> [TableColumn] {
        [
            TableColumn("t_ns", .integer, "ns", "\(what); exact, since the session's start"),
            TableColumn(
                "t_start_ms", .integer, "ms", "\(what); since the session's start, rounded down"),
            TableColumn("t_start_utc", .utc, "", "\(what); UTC by the session's time triples"),
        ]
    }

    /// The three columns of the moment at which a row ends.
    static func end(_ what: String) -> [TableColumn] {
        [
            TableColumn("end_ns", .integer, "ns", "\(what); exact, since the session's start"),
            TableColumn(
                "end_ms", .integer, "ms", "\(what); since the session's start, rounded down"),
            TableColumn("end_utc", .utc, "", "\(what); UTC by the session's time triples"),
        ]
    }

    static func bound(_ of: String = "the row's times") -> TableColumn {
        TableColumn(
            "bound_ms", .milliseconds, "ms", "95% bound of the error of \(of), one-sided")
    }

    static let stream = TableColumn("stream", .text, "", "Name of the stream, see streams.csv")

    /// The two columns with which each row of a study's tables begins.
    static let keys = [
        TableColumn("participant", .text, "", "Code of the participant"),
        TableColumn(
            "session", .text, "", "Key of the session: the participant and a part of its identifier"
        ),
    ]
}

extension TableColumn.Kind {
    /// What codebooks call it.
    var codebookName: String {
        switch self {
        case .integer, .real, .utc, .text, .category: rawValue
        case .milliseconds: TableColumn.Kind.real.rawValue
        }
    }
}
