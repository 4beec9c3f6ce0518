/// What a session is worth, on one page: what has to be looked at first, then what there is.
///
/// Described in Protocols/formats/quality-report.md.
public struct QualityReport: Hashable, Sendable {
    /// How much something weighs.
    public enum Level: String, Hashable, Sendable, Comparable {
        case good
        /// Somebody should have a look before the session is used.
        case look
        /// Part of the session is of no use as it is.
        case bad

        private var weight: Int {
            switch self {
            case .good: 0
            case .look: 1
            case .bad: 2
            }
        }

        public static func < (first: Level, second: Level) -> Bool { first.weight < second.weight }
    }

    /// Something to be said, in a sentence.
    public struct Finding: Hashable, Sendable {
        public var level: Level
        public var text: String

        public init(_ level: Level, _ text: String) {
            self.level = level
            self.text = text
        }
    }

    /// A table with a heading and a cell's level where it weighs.
    public struct Section: Hashable, Sendable {
        public struct Cell: Hashable, Sendable {
            public var text: String
            public var level: Level
            /// Whether it is a number, and so stands at the right.
            public var isNumber: Bool

            public init(_ text: String, _ level: Level = .good, isNumber: Bool = false) {
                self.text = text
                self.level = level
                self.isNumber = isNumber
            }
        }

        public var title: String
        public var header: [String]
        public var rows: [[Cell]]
        /// What is said where there are no rows.
        public var without: String
    }

    public var title: String
    /// What the session is, as pairs of a word and its value.
    public var facts: [(name: String, value: String)] { zip(names, values).map { ($0, $1) } }
    private var names: [String] = []
    private var values: [String] = []
    /// The worst first.
    public private(set) var findings: [Finding] = []
    public private(set) var sections: [Section] = []

    public init(title: String) { self.title = title }

    /// The heaviest of all findings.
    public var level: Level { findings.map(\.level).max() ?? .good }

    mutating func fact(_ name: String, _ value: String) {
        names.append(name)
        values.append(value)
    }

    mutating func find(_ level: Level, _ text: String) {
        findings.append(Finding(level, text))
        findings = findings.enumerated().sorted {
            ($1.element.level, $0.offset) < ($0.element.level, $1.offset)
        }.map(\.element)
    }

    mutating func add(_ section: Section) { sections.append(section) }
}
