import Timebase

extension SessionReader {
    /// The events of some kinds, in the order in which they were stored.
    public func events(
        of kinds: [String], from: Instant? = nil
    ) throws(SessionStoreError) -> [SessionEvent] {
        try rows { rows throws(SessionStoreError) in
            let places = kinds.indices.map { "?\($0 + 2)" }.joined(separator: ", ")
            let row = try rows.statement(
                """
                SELECT stream_id, t_ns, bound_ns, kind, payload, client, client_sequence
                  FROM events WHERE (?1 IS NULL OR t_ns >= ?1) AND kind IN (\(places)) ORDER BY id
                """)
            try row.bind(1, from)
            for (index, kind) in kinds.enumerated() { try row.bind(Int32(index + 2), kind) }
            var events: [SessionEvent] = []
            while try row.step() {
                events.append(
                    SessionEvent(
                        stream: row.optionalInteger(0), time: row.instant(1),
                        bound: row.nanoseconds(2), kind: row.text(3), payload: row.text(4),
                        client: row.optionalText(5), clientSequence: row.optionalInteger(6)))
            }
            return events
        }
    }
}
