import StudyProtocol

/// What of the sessions is exported. Empty sets stand for everything.
public struct ExportSelection: Hashable, Sendable {
    /// Codes of participants.
    public var participants: Set<String> = []
    /// Names of streams, or words with `*` for any characters.
    public var streams: [String] = []
    /// Names of phases: only what happened in them. What belongs to a whole session stays.
    public var phases: Set<String> = []
    /// Names of tables; `samples` stands for those of all streams.
    public var tables: Set<String> = []
    /// Windows whose measures are the table `windows`; nil for no such table.
    public var windows: MeasureWindows?
    /// Kinds of data that are left out, whatever participants agreed to.
    public var leftOut: Set<ConsentTier.Data> = []
    /// Whether trial runs are exported.
    public var includesPilots = false

    public init() {}

    /// What `tables` can name.
    public static let knownTables = StudyTables.order + ["samples"]

    func takes(table: String) -> Bool { tables.isEmpty || tables.contains(table) }

    func takes(phase: String) -> Bool { phases.isEmpty || phases.contains(phase) }

    func takes(stream: String) -> Bool {
        streams.isEmpty || streams.contains { Self.matches(stream, $0) }
    }

    /// Whether a name is that of a pattern, in which `*` stands for any characters.
    static func matches(_ name: String, _ pattern: String) -> Bool {
        let parts = pattern.split(separator: "*", omittingEmptySubsequences: false)
        guard parts.count > 1, let first = parts.first, let last = parts.last else {
            return name == pattern
        }
        guard name.hasPrefix(first), name.hasSuffix(last),
            name.count >= first.count + last.count
        else { return false }
        var rest = name.dropFirst(first.count).dropLast(last.count)
        for part in parts.dropFirst().dropLast() where !part.isEmpty {
            guard let found = rest.firstRange(of: part) else { return false }
            rest = rest[found.upperBound...]
        }
        return true
    }
}
