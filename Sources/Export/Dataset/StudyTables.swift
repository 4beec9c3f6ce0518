/// The tables of all sessions together, in the order of codebooks.
enum StudyTables {
    /// Names of the tables that sessions have, in order.
    static let order = [
        "sessions", "phases", "turns", "keystrokes", "draft_edits", "events", "answers", "scales",
        "gaps", "streams", "channels", "clock_segments", "clock_observations", "time_triples",
        "faults", "audit",
    ]

    /// - Parameter parts: the tables of each session.
    static func all(
        _ parts: [[TableSpool]], _ dataset: Dataset, _ options: ExportOptions,
        _ facts: DatasetFacts
    ) -> [any TableSource] {
        let byName = Dictionary(grouping: parts.flatMap(\.self), by: \.name)
        let known = order.filter { byName[$0] != nil }
        let others = byName.keys.filter { !order.contains($0) }.sorted()
        return (known + others).compactMap { name in byName[name].flatMap { StudyTable($0) } }
    }
}
