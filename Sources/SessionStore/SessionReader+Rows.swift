import Timebase

extension SessionReader {
    /// All turns, in the order in which they were sent.
    public func turns() throws(SessionStoreError) -> [Turn] {
        try rows { rows throws(SessionStoreError) in
            let row = try rows.statement(
                """
                SELECT number, author, text, composed_from_ns, sent_ns, shown_ns, bound_ns, client,
                  client_sequence FROM turns ORDER BY sent_ns, id
                """)
            var turns: [Turn] = []
            while try row.step() {
                turns.append(
                    Turn(
                        number: row.ordinal(0), author: row.text(1), text: row.text(2),
                        composedFrom: row.optionalInstant(3), sent: row.instant(4),
                        shown: row.optionalInstant(5), bound: row.nanoseconds(6),
                        client: row.optionalText(7), clientSequence: row.optionalInteger(8)))
            }
            return turns
        }
    }

    /// Key presses of one stream or of all, those pressed in `from..<to`, in order.
    public func keystrokes(
        _ stream: Int64? = nil, from: Instant? = nil, to: Instant? = nil
    ) throws(SessionStoreError) -> [Keystroke] {
        try rows { rows throws(SessionStoreError) in
            let row = try rows.statement(
                """
                SELECT stream_id, ordinal, pressed_ns, released_ns, class, pairing, bound_ns
                  FROM keystrokes WHERE (?1 IS NULL OR stream_id = ?1)
                  AND (?2 IS NULL OR pressed_ns >= ?2) AND (?3 IS NULL OR pressed_ns < ?3)
                  ORDER BY stream_id, ordinal
                """)
            try row.bind(1, stream)
            try row.bind(2, from)
            try row.bind(3, to)
            var keystrokes: [Keystroke] = []
            while try row.step() {
                keystrokes.append(
                    Keystroke(
                        stream: row.integer(0), ordinal: row.ordinal(1),
                        pressed: row.instant(2), released: row.optionalInstant(3),
                        keyClass: row.text(4),
                        pairing: row.optionalText(5).flatMap(KeyRelease.Pairing.init(rawValue:)),
                        bound: row.nanoseconds(6)))
            }
            return keystrokes
        }
    }

    /// Events in `from..<to`, by time.
    public func events(
        from: Instant? = nil, to: Instant? = nil
    ) throws(SessionStoreError) -> [SessionEvent] {
        try rows { rows throws(SessionStoreError) in
            let row = try rows.statement(
                """
                SELECT stream_id, t_ns, bound_ns, kind, payload, client, client_sequence
                  FROM events WHERE (?1 IS NULL OR t_ns >= ?1) AND (?2 IS NULL OR t_ns < ?2)
                  ORDER BY t_ns, id
                """)
            try row.bind(1, from)
            try row.bind(2, to)
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

    /// All draft edits, in the order of their time.
    public func draftEdits() throws(SessionStoreError) -> [DraftEdit] {
        try rows { rows throws(SessionStoreError) in
            let row = try rows.statement(
                """
                SELECT turn_number, t_ns, position, deleted, inserted, class, text, bound_ns,
                  client, client_sequence FROM draft_edits ORDER BY t_ns, id
                """)
            var edits: [DraftEdit] = []
            while try row.step() {
                edits.append(
                    DraftEdit(
                        turn: row.ordinal(0), time: row.instant(1), position: row.ordinal(2),
                        deleted: row.ordinal(3), inserted: row.ordinal(4),
                        editClass: row.text(5), text: row.optionalText(6),
                        bound: row.nanoseconds(7), client: row.optionalText(8),
                        clientSequence: row.optionalInteger(9)))
            }
            return edits
        }
    }

    /// The phases, in order.
    public func phases() throws(SessionStoreError) -> [Phase] {
        try rows { rows throws(SessionStoreError) in
            let row = try rows.statement(
                "SELECT name, started_ns, ended_ns FROM phases ORDER BY started_ns, id")
            var phases: [Phase] = []
            while try row.step() {
                phases.append(
                    Phase(
                        name: row.name(0), started: row.instant(1),
                        ended: row.optionalInstant(2)))
            }
            return phases
        }
    }

    /// The audit trail, in the order in which it was written.
    public func audit() throws(SessionStoreError) -> [AuditEntry] {
        try rows { rows throws(SessionStoreError) in
            let row = try rows.statement(
                "SELECT t_ns, realtime_ns, actor, action, detail FROM audit ORDER BY id")
            var entries: [AuditEntry] = []
            while try row.step() { entries.append(row.auditEntry(from: 0)) }
            return entries
        }
    }

    /// Where the audit trail ends; nil where an earlier program wrote it without a chain.
    public func auditHead() throws(SessionStoreError) -> AuditHead? {
        try rows { rows throws(SessionStoreError) in
            try AuditTrail(database: rows.database, path: path).head()
        }
    }

    func verifiedAudit() throws(SessionStoreError) -> AuditTrail.Verified {
        try rows { rows throws(SessionStoreError) in
            let description = try rows.session().description
            return try AuditTrail(database: rows.database, path: path).verify(
                subject: description.identifier,
                isChained: SoftwareVersion.writesChains(description.softwareVersion))
        }
    }
}
