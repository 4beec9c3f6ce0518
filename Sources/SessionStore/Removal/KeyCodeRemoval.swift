import GRDB

/// Takes the key codes of a covered word's typing out of a session: they spell the word again. The classes of
/// the keys stay.
struct KeyCodeRemoval {
    let database: Database
    let path: String

    /// A key is pressed at most so long before what it does shows in a draft, beside the bounds of both.
    private static let margin: Int64 = 1_000_000_000

    /// - Parameters:
    ///   - turns: ids of turns with covered words: all that was typed while they were written goes.
    ///   - edits: ids of edits with covered words: all that was typed in their drafts goes.
    /// - Returns: the keys whose codes went, or would go.
    func run(
        turns: [Int64], edits: [Int64], isTrial: Bool
    ) throws -> [(stream: Int64, ordinal: Int64)] {
        guard try database.tableExists("key_codes") else { return [] }
        var keys: Set<[Int64]> = []
        for (from, to) in try ofTurns(turns) + ofDrafts(edits) {
            let row = try RowStatement(
                database,
                """
                SELECT stream_id, ordinal FROM key_codes NATURAL JOIN keystrokes
                  WHERE pressed_ns BETWEEN ? AND ?
                """, path: path)
            try row.bind(1, from)
            try row.bind(2, to)
            while try row.step() { keys.insert([row.integer(0), row.integer(1)]) }
        }
        for key in keys where !isTrial {
            try database.execute(
                sql: "DELETE FROM key_codes WHERE stream_id = ? AND ordinal = ?",
                arguments: StatementArguments(key))
        }
        return keys.map { ($0[0], $0[1]) }.sorted { $0 < $1 }
    }

    /// While turns of the participant were written: from their first key, else from the turn before on.
    private func ofTurns(_ turns: [Int64]) throws -> [(Int64, Int64)] {
        try turns.compactMap { turn in
            try stretch(
                """
                SELECT coalesce(composed_from_ns, (SELECT max(sent_ns) FROM turns AS earlier
                    WHERE earlier.author = turns.author AND earlier.sent_ns < turns.sent_ns),
                  (SELECT started_ns FROM session)), sent_ns, bound_ns
                  FROM turns WHERE id = ? AND author = 'participant'
                """, turn)
        }
    }

    private func ofDrafts(_ edits: [Int64]) throws -> [(Int64, Int64)] {
        let drafts = try Set(
            edits.compactMap {
                try Int64.fetchOne(
                    database, sql: "SELECT turn_number FROM draft_edits WHERE id = ?",
                    arguments: [$0])
            })
        return try drafts.compactMap { draft in
            try stretch(
                """
                SELECT min(t_ns), max(t_ns), max(bound_ns) FROM draft_edits WHERE turn_number = ?
                """, draft)
        }
    }

    private func stretch(_ sql: String, _ number: Int64) throws -> (Int64, Int64)? {
        let row = try RowStatement(database, sql, path: path)
        try row.bind(1, number)
        defer { row.reset() }
        guard try row.step(), let from = row.optionalInteger(0), let to = row.optionalInteger(1),
            let bound = row.optionalInteger(2)
        else { return nil }
        // Times of a file are believed in nothing, also not to be small.
        let margin = Self.margin.addingReportingOverflow(max(0, bound))
        let reach = margin.overflow ? Int64.max : margin.partialValue
        let early = from.subtractingReportingOverflow(reach)
        let late = to.addingReportingOverflow(reach)
        return (
            early.overflow ? .min : early.partialValue, late.overflow ? .max : late.partialValue
        )
    }
}
