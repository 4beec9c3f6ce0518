import GRDB

/// The roster: who takes part, in which place of the conditions, and when.
extension StudyDatabase {
    /// Makes a study out of an empty database: its settings, its protocol and its roster, all or
    /// nothing.
    /// - Throws: `exists` where it was made before; `invalidName` for a code that cannot be one.
    public func found(
        _ settings: StudySettings, protocol stored: StoredProtocol?, roster: [RosterEntry]
    ) throws(SessionStoreError) {
        for entry in roster { try StudyDirectory.validate(entry.participant.code, "participant") }
        try write { database throws(SessionStoreError) in
            guard try self.settings(database) == nil else {
                throw SessionStoreError(
                    code: .exists, message: "\(path) is that of a study which was made before")
            }
            for (name, value) in [
                ("prefix", settings.prefix), ("digits", "\(settings.digits)"),
                ("visits", "\(settings.visits)"), ("created_realtime_ns", "\(settings.created)"),
            ] {
                let row = try RowStatement(
                    database, "INSERT INTO settings (name, value) VALUES (?, ?)", path: path)
                try row.bind(1, name)
                try row.bind(2, value)
                try row.run()
            }
            if let stored { try insert(stored, into: database) }
            for entry in roster { try insert(entry, into: database) }
        }
    }

    /// What was fixed when the study was made; nil for one that came about by its first session.
    public func settings() throws(SessionStoreError) -> StudySettings? {
        guard version >= 2 else { return nil }
        return try read { database throws(SessionStoreError) in try settings(database) }
    }

    private func settings(_ database: Database) throws(SessionStoreError) -> StudySettings? {
        var values: [String: String] = [:]
        let row = try RowStatement(database, "SELECT name, value FROM settings", path: path)
        while try row.step() { values[row.text(0)] = row.text(1) }
        guard let prefix = values["prefix"], let digits = values["digits"].flatMap({ Int($0) }),
            let visits = values["visits"].flatMap({ Int($0) }),
            let created = values["created_realtime_ns"].flatMap({ Int64($0) })
        else { return nil }
        return StudySettings(prefix: prefix, digits: digits, visits: visits, created: created)
    }

    // MARK: - Protocols

    /// Notes which protocol the study uses from now on; nothing where it is the same as before.
    public func add(_ stored: StoredProtocol) throws(SessionStoreError) {
        try write { database throws(SessionStoreError) in
            if let last = try protocols(database).last, last.name == stored.name,
                last.text == stored.text
            {
                return
            }
            try insert(stored, into: database)
        }
    }

    /// The protocols that the study used, in the order of time; the last one counts.
    public func protocols() throws(SessionStoreError) -> [StoredProtocol] {
        guard version >= 2 else { return [] }
        return try read { database throws(SessionStoreError) in try protocols(database) }
    }

    private func protocols(_ database: Database) throws(SessionStoreError) -> [StoredProtocol] {
        let row = try RowStatement(
            database, "SELECT name, version, text, actor, realtime_ns FROM protocols ORDER BY id",
            path: path)
        var found: [StoredProtocol] = []
        while try row.step() {
            found.append(
                StoredProtocol(
                    name: row.text(0), version: row.text(1), text: row.text(2),
                    actor: row.text(3), realtime: row.integer(4)))
        }
        return found
    }

    private func insert(
        _ stored: StoredProtocol, into database: Database
    ) throws(SessionStoreError) {
        let row = try RowStatement(
            database,
            "INSERT INTO protocols (name, version, text, actor, realtime_ns) VALUES (?, ?, ?, ?, ?)",
            path: path)
        try row.bind(1, stored.name)
        try row.bind(2, stored.version)
        try row.bind(3, stored.text)
        try row.bind(4, stored.actor)
        try row.bind(5, stored.realtime)
        try row.run()
    }

    // MARK: - Participants

    /// Adds a participant with a place and visits, all or nothing. One who is registered gets what is
    /// still missing; a place or a visit that is there stays as it is.
    /// - Throws: `invalidName` for a code that cannot be one.
    public func enrol(_ entry: RosterEntry) throws(SessionStoreError) {
        try StudyDirectory.validate(entry.participant.code, "participant")
        try write { database throws(SessionStoreError) in try insert(entry, into: database) }
    }

    private func insert(_ entry: RosterEntry, into database: Database) throws(SessionStoreError) {
        try insert(entry.participant, into: database)
        if let assignment = entry.assignment {
            let row = try RowStatement(
                database,
                """
                INSERT INTO assignments (participant, slot, replaces, realtime_ns)
                  VALUES (?, ?, ?, ?) ON CONFLICT (participant) DO NOTHING
                """, path: path)
            try row.bind(1, entry.participant.code)
            try row.bind(2, Int64(assignment.slot))
            try row.bind(3, assignment.replaces)
            try row.bind(4, assignment.realtime)
            try row.run()
        }
        for visit in entry.visits {
            let row = try RowStatement(
                database,
                """
                INSERT INTO visits (participant, number, condition, planned_realtime_ns)
                  VALUES (?, ?, ?, ?) ON CONFLICT (participant, number) DO NOTHING
                """, path: path)
            try row.bind(1, entry.participant.code)
            try row.bind(2, Int64(visit.number))
            try row.bind(3, StudyCondition.text(visit.condition))
            try row.bind(4, visit.planned)
            try row.run()
        }
    }

    /// Sets when a planned visit is to be; nil leaves it open.
    /// - Throws: `missing` where the participant has no such visit.
    public func plan(
        participant: String, visit: Int, at planned: Int64?
    ) throws(SessionStoreError) {
        try write { database throws(SessionStoreError) in
            let row = try RowStatement(
                database,
                "UPDATE visits SET planned_realtime_ns = ?3 WHERE participant = ?1 AND number = ?2",
                path: path)
            try row.bind(1, participant)
            try row.bind(2, Int64(visit))
            try row.bind(3, planned)
            guard try row.run() > 0 else {
                throw SessionStoreError(
                    code: .missing, message: "\(participant) has no visit \(visit)")
            }
        }
    }

    /// Notes a participant's status.
    public func add(_ change: StatusChange) throws(SessionStoreError) {
        try write { database throws(SessionStoreError) in
            let row = try RowStatement(
                database,
                """
                INSERT INTO statuses (participant, status, reason, actor, realtime_ns)
                  VALUES (?, ?, ?, ?, ?)
                """, path: path)
            try row.bind(1, change.participant)
            try row.bind(2, change.status.rawValue)
            try row.bind(3, change.reason)
            try row.bind(4, change.actor)
            try row.bind(5, change.realtime)
            try row.run()
        }
    }

    /// Everybody on the roster, by code.
    public func roster() throws(SessionStoreError) -> [RosterEntry] {
        guard version >= 2 else { return try participants().map { RosterEntry(participant: $0) } }
        var entries: [RosterEntry] = []
        var places: [String: Int] = [:]
        for participant in try participants() {
            places[participant.code] = entries.count
            entries.append(RosterEntry(participant: participant))
        }
        try read { database throws(SessionStoreError) in
            let status = try RowStatement(
                database, "SELECT participant, status, reason FROM statuses ORDER BY id",
                path: path)
            while try status.step() {
                guard let place = places[status.text(0)] else { continue }
                entries[place].status = ParticipantStatus(rawValue: status.text(1)) ?? .enrolled
                entries[place].reason = status.text(2)
            }
            let assignment = try RowStatement(
                database, "SELECT participant, slot, replaces, realtime_ns FROM assignments",
                path: path)
            while try assignment.step() {
                guard let place = places[assignment.text(0)] else { continue }
                entries[place].assignment = StudyAssignment(
                    slot: Int(clamping: assignment.integer(1)),
                    replaces: assignment.optionalText(2), realtime: assignment.integer(3))
            }
            let visit = try RowStatement(
                database,
                """
                SELECT participant, number, condition, planned_realtime_ns FROM visits
                  ORDER BY participant, number
                """, path: path)
            while try visit.step() {
                guard let place = places[visit.text(0)] else { continue }
                entries[place].visits.append(
                    StudyVisit(
                        number: Int(clamping: visit.integer(1)),
                        condition: StudyCondition.read(visit.text(2)),
                        planned: visit.optionalInteger(3)))
            }
        }
        return entries
    }

    /// One participant; nil where the study does not know the code.
    public func rosterEntry(_ participant: String) throws(SessionStoreError) -> RosterEntry? {
        try roster().first { $0.participant.code == participant }
    }
}
