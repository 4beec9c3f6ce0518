import GRDB
import SystemCalls
import Timebase

/// Writes the rows of a session file other than chunks, inside one access to the database.
struct SessionRows {
    let database: Database
    let path: String

    func statement(_ sql: String) throws(SessionStoreError) -> RowStatement {
        try RowStatement(database, sql, path: path)
    }

    /// Stores the session's one row.
    static func insert(
        _ session: SessionDescription, in database: Database, path: String
    ) throws(SessionStoreError) {
        let row = try RowStatement(
            database,
            """
            INSERT INTO session (one, id, kind, study, participant, protocol_name,
              protocol_version, protocol_text, pilot, station, software_version, boot_id, parent,
              continuation_of, state, started_ns, started_realtime_ns)
              VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'recording', ?, ?)
            """, path: path)
        try row.bind(1, session.identifier)
        try row.bind(2, session.kind.rawValue)
        try row.bind(3, session.study)
        try row.bind(4, session.participant)
        try row.bind(5, session.protocolName)
        try row.bind(6, session.protocolVersion)
        try row.bind(7, session.protocolText)
        try row.bind(8, session.isPilot ? 1 : Int64(0))
        try row.bind(9, session.station)
        try row.bind(10, session.softwareVersion)
        try row.bind(11, session.bootIdentifier)
        try row.bind(12, session.parent)
        try row.bind(13, session.continuationOf)
        try row.bind(14, session.started)
        try row.bind(15, session.startedRealtime)
        try row.run()
    }

    /// Stores a stream with its channels, or describes it anew.
    func insert(_ stream: StreamDescription) throws(SessionStoreError) {
        let row = try statement(
            """
            INSERT INTO streams (id, name, kind, source, profile_name, profile_version,
              profile_text, device_identity, nominal_rate_hz, clock_kind, gap_tolerance_ns,
              typical_delay_ns, delay_uncertainty_ns) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
              ON CONFLICT (id) DO UPDATE SET name = excluded.name, kind = excluded.kind,
              source = excluded.source, profile_name = excluded.profile_name,
              profile_version = excluded.profile_version, profile_text = excluded.profile_text,
              device_identity = excluded.device_identity,
              nominal_rate_hz = excluded.nominal_rate_hz, clock_kind = excluded.clock_kind,
              gap_tolerance_ns = excluded.gap_tolerance_ns,
              typical_delay_ns = excluded.typical_delay_ns,
              delay_uncertainty_ns = excluded.delay_uncertainty_ns
            """)
        try row.bind(1, stream.id)
        try row.bind(2, stream.name)
        try row.bind(3, stream.kind)
        try row.bind(4, stream.source)
        try row.bind(5, stream.profileName)
        try row.bind(6, Int64(stream.profileVersion))
        try row.bind(7, stream.profileText)
        try row.bind(8, stream.deviceIdentity)
        try row.bind(9, stream.nominalRate)
        try row.bind(10, stream.clock.rawValue)
        try row.bind(11, stream.gapTolerance)
        try row.bind(12, stream.typicalDelay)
        try row.bind(13, stream.delayUncertainty)
        try row.run()
        try insertModel(stream)
        let clear = try statement("DELETE FROM channels WHERE stream_id = ?")
        try clear.bind(1, stream.id)
        try clear.run()
        let channels = try statement(
            """
            INSERT INTO channels (stream_id, position, name, label, unit, scale, "offset",
              conversion, minimum, maximum, storage) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """)
        for (position, channel) in stream.channels.enumerated() {
            try channels.bind(1, stream.id)
            try channels.bind(2, Int64(position))
            try channels.bind(3, channel.name)
            try channels.bind(4, channel.label)
            try channels.bind(5, channel.unit)
            try channels.bind(6, channel.scale)
            try channels.bind(7, channel.offset)
            try channels.bind(8, channel.conversion)
            try channels.bind(9, channel.minimum)
            try channels.bind(10, channel.maximum)
            try channels.bind(11, channel.storage.rawValue)
            try channels.run()
        }
    }

    private func insertModel(_ stream: StreamDescription) throws(SessionStoreError) {
        // A recording that an earlier program began has no such table yet.
        try statement(SessionSchema.clockModels).run()
        let row = try statement(
            """
            INSERT INTO clock_models (stream_id, tolerance_ppm, counter_modulus) VALUES (?, ?, ?)
              ON CONFLICT (stream_id) DO UPDATE SET tolerance_ppm = excluded.tolerance_ppm,
              counter_modulus = excluded.counter_modulus
            """)
        try row.bind(1, stream.id)
        try row.bind(2, stream.rateTolerancePPM)
        try row.bind(3, stream.counterModulus)
        try row.run()
    }

    func insert(presses: [KeyPress]) throws(SessionStoreError) {
        if presses.isEmpty { return }
        let row = try statement(
            """
            INSERT INTO keystrokes (stream_id, ordinal, pressed_ns, class, bound_ns)
              VALUES (?, ?, ?, ?, ?)
            """)
        for press in presses {
            try row.bind(1, press.stream)
            try row.bind(2, press.ordinal)
            try row.bind(3, press.pressed)
            try row.bind(4, press.keyClass)
            try row.bind(5, press.bound)
            try row.run()
        }
        try insert(codes: presses.filter { $0.code != nil })
    }

    /// Most files never have the table, and so show that they hold no codes.
    private func insert(codes presses: [KeyPress]) throws(SessionStoreError) {
        if presses.isEmpty { return }
        try statement(SessionSchema.keyCodes).run()
        let row = try statement(
            "INSERT INTO key_codes (stream_id, ordinal, code) VALUES (?, ?, ?)")
        for press in presses {
            guard let code = press.code else { continue }
            try row.bind(1, press.stream)
            try row.bind(2, press.ordinal)
            try row.bind(3, Int64(code))
            try row.run()
        }
    }

    func update(releases: [KeyRelease]) throws(SessionStoreError) {
        if releases.isEmpty { return }
        let row = try statement(
            """
            UPDATE keystrokes SET released_ns = ?, pairing = ? WHERE stream_id = ? AND ordinal = ?
            """)
        for release in releases {
            try row.bind(1, release.released)
            try row.bind(2, release.pairing.rawValue)
            try row.bind(3, release.stream)
            try row.bind(4, release.ordinal)
            guard try row.run() == 1 else {
                throw .invalid(
                    "release of key press \(release.ordinal) of stream \(release.stream), "
                        + "which is not stored")
            }
        }
    }

    /// - Returns: how many had been stored before.
    func insert(events: [SessionEvent]) throws(SessionStoreError) -> Int {
        if events.isEmpty { return 0 }
        let row = try statement(
            """
            INSERT INTO events (stream_id, t_ns, bound_ns, kind, client, client_sequence, payload)
              VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (client, client_sequence) DO NOTHING
            """)
        var repeated = 0
        for event in events {
            try row.bind(1, event.stream)
            try row.bind(2, event.time)
            try row.bind(3, event.bound)
            try row.bind(4, event.kind)
            try row.bind(5, event.client)
            try row.bind(6, event.clientSequence)
            try row.bind(7, event.payload)
            if try row.run() == 0 { repeated += 1 }
        }
        return repeated
    }

    /// - Parameter last: number of the last turn; moved on by the turns that are new.
    /// - Returns: how many had been stored before.
    func insert(turns: [Turn], last: inout Int64) throws(SessionStoreError) -> Int {
        if turns.isEmpty { return 0 }
        let row = try statement(
            """
            INSERT INTO turns (number, author, text, composed_from_ns, sent_ns, shown_ns, bound_ns,
              client, client_sequence) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
              ON CONFLICT (client, client_sequence) DO NOTHING
            """)
        var repeated = 0
        for turn in turns {
            let number = turn.number ?? last &+ 1
            try row.bind(1, number)
            try row.bind(2, turn.author)
            try row.bind(3, turn.text)
            try row.bind(4, turn.composedFrom)
            try row.bind(5, turn.sent)
            try row.bind(6, turn.shown)
            try row.bind(7, turn.bound)
            try row.bind(8, turn.client)
            try row.bind(9, turn.clientSequence)
            if try row.run() == 0 {
                repeated += 1
            } else {
                last = max(last, number)
            }
        }
        return repeated
    }

    func update(shown: [TurnShown]) throws(SessionStoreError) {
        if shown.isEmpty { return }
        let row = try statement(
            """
            UPDATE turns SET shown_ns = ?, bound_ns = max(bound_ns, ?)
              WHERE number = ? AND shown_ns IS NULL
            """)
        for turn in shown {
            try row.bind(1, turn.shown)
            try row.bind(2, turn.bound)
            try row.bind(3, turn.number)
            try row.run()
        }
    }

    /// - Returns: how many had been stored before.
    func insert(edits: [DraftEdit]) throws(SessionStoreError) -> Int {
        if edits.isEmpty { return 0 }
        let row = try statement(
            """
            INSERT INTO draft_edits (turn_number, t_ns, bound_ns, position, deleted, inserted,
              class, text, client, client_sequence) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
              ON CONFLICT (client, client_sequence) DO NOTHING
            """)
        var repeated = 0
        for edit in edits {
            try row.bind(1, edit.turn)
            try row.bind(2, edit.time)
            try row.bind(3, edit.bound)
            try row.bind(4, edit.position)
            try row.bind(5, edit.deleted)
            try row.bind(6, edit.inserted)
            try row.bind(7, edit.editClass)
            try row.bind(8, edit.text)
            try row.bind(9, edit.client)
            try row.bind(10, edit.clientSequence)
            if try row.run() == 0 { repeated += 1 }
        }
        return repeated
    }
}
