import SystemCalls

/// The tables of all sessions together, in the order of codebooks, and those that are of people and not of
/// sessions.
struct StudyTables {
    let dataset: Dataset
    let options: ExportOptions
    let facts: DatasetFacts
    let study: StudyContext
    let spool: TableBuilder.Spool

    /// Names of the tables, in order.
    static let order = [
        "participants", "sessions", "phases", "turns", "windows", "participant_phases",
        "keystrokes", "draft_edits", "ratings", "annotations", "commentary", "events", "answers",
        "scales",
        "gaps", "streams", "channels", "clock_segments", "clock_observations", "time_triples",
        "faults", "audit",
    ]

    /// - Parameter parts: the tables of each session.
    func all(_ parts: [[TableSpool]]) throws -> [any TableSource] {
        let byName = Dictionary(grouping: parts.flatMap(\.self), by: \.name)
        var tables: [String: any TableSource] = byName.compactMapValues { StudyTable($0) }
        let selection = options.selection
        if selection.takes(table: "participants") {
            tables["participants"] = try participants()
        }
        if selection.takes(table: "participant_phases") {
            tables["participant_phases"] = try participantPhases(tables)
        }
        let others = tables.keys.filter { !Self.order.contains($0) }.sorted()
        return (Self.order + others).compactMap { tables[$0] }
    }

    /// A builder of a table that is not of one session.
    func builder(_ name: String, _ title: String, _ columns: [TableColumn]) -> TableBuilder {
        TableBuilder(name, title, keys: [], columns, spool: spool)
    }

    /// What a participant is called.
    func name(of participant: String, in study: String) -> String {
        options.pseudonyms?.participant(participant, study: study) ?? participant
    }
}
