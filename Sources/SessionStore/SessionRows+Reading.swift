import GRDB
import Timebase

extension SessionRows {
    /// The session's one row.
    func session() throws(SessionStoreError) -> SessionRow {
        let row = try statement(
            """
            SELECT id, kind, study, participant, protocol_name, protocol_version, protocol_text,
              pilot, station, software_version, boot_id, parent, continuation_of, state, outcome,
              reason, started_ns, started_realtime_ns, stopped_ns, finished_realtime_ns FROM session
            """)
        defer { row.reset() }
        guard try row.step(), let kind = SessionKind(rawValue: row.text(1)),
            let state = SessionState(rawValue: row.text(13))
        else { throw .damaged(path, "its session row is missing or not understood") }
        let session = SessionRow(
            description: SessionDescription(
                identifier: row.name(0), kind: kind, study: row.name(2), participant: row.name(3),
                protocolName: row.name(4), protocolVersion: row.name(5),
                protocolText: row.text(6), isPilot: row.integer(7) != 0, station: row.name(8),
                softwareVersion: row.name(9), bootIdentifier: row.name(10),
                parent: row.optionalText(11), continuationOf: row.optionalText(12),
                started: row.instant(16), startedRealtime: row.realtime(17)),
            state: state, outcome: row.optionalText(14), reason: row.optionalText(15),
            stopped: row.optionalInstant(18),
            finishedRealtime: row.isNull(19) ? nil : row.realtime(19))
        try row.checkRow()
        return session
    }

    /// All streams with their channels, by id.
    func streams() throws(SessionStoreError) -> [StreamDescription] {
        var channels: [Int64: [ChannelDescription]] = [:]
        var channelCount = 0
        let channel = try statement(
            """
            SELECT stream_id, name, label, unit, scale, "offset", conversion, minimum, maximum,
              storage FROM channels ORDER BY stream_id, position
            """)
        while try channel.step() {
            let description = ChannelDescription(
                name: channel.name(1), label: channel.name(2), unit: channel.name(3),
                scale: channel.real(4), offset: channel.real(5),
                conversion: channel.optionalText(6), minimum: channel.optionalReal(7),
                maximum: channel.optionalReal(8),
                storage: ChannelDescription.Storage(rawValue: channel.text(9)) ?? .integer)
            channels[channel.integer(0), default: []].append(description)
            channelCount += 1
            guard channelCount <= SampleBounds.channels else {
                channel.reset()
                throw .damaged(path, "it has more than \(SampleBounds.channels) channels")
            }
        }
        let models = try clockModels()
        var streams: [StreamDescription] = []
        let row = try statement(
            """
            SELECT id, name, kind, source, profile_name, profile_version, profile_text,
              device_identity, nominal_rate_hz, clock_kind, gap_tolerance_ns, typical_delay_ns,
              delay_uncertainty_ns FROM streams ORDER BY id
            """)
        var names: Set<String> = []
        while try row.step() {
            // A table whose rows are not in order, as no program leaves it, may have one twice.
            guard row.integer(0) > streams.last?.id ?? .min, names.insert(row.text(1)).inserted,
                streams.count < SampleBounds.streams
            else {
                row.reset()
                throw .damaged(
                    path, "its streams are not told apart, or more than \(SampleBounds.streams)")
            }
            let rate = row.optionalReal(8)
            guard rate.map(SampleBounds.rates.contains) ?? true else {
                row.reset()
                throw .damaged(path, "stream \(row.text(1)) cannot have such a rate")
            }
            streams.append(
                StreamDescription(
                    id: row.integer(0), name: row.name(1), kind: row.name(2), source: row.name(3),
                    profileName: row.text(4), profileVersion: Int(clamping: row.integer(5)),
                    profileText: row.text(6), deviceIdentity: row.text(7),
                    nominalRate: rate,
                    clock: ClockKind(rawValue: row.text(9)) ?? .arrival,
                    gapTolerance: row.nanoseconds(10), typicalDelay: row.nanoseconds(11),
                    delayUncertainty: row.nanoseconds(12),
                    rateTolerancePPM: models[row.integer(0)]?.tolerance ?? 200,
                    counterModulus: models[row.integer(0)]?.modulus,
                    channels: channels[row.integer(0)] ?? []))
        }
        return streams
    }

    private func clockModels() throws(SessionStoreError) -> [Int64: (
        tolerance: Double, modulus: Int64?
    )] {
        do {
            guard try database.tableExists("clock_models") else { return [:] }
        } catch {
            throw .wrapping(error, path: path)
        }
        var models: [Int64: (tolerance: Double, modulus: Int64?)] = [:]
        let row = try statement(
            "SELECT stream_id, tolerance_ppm, counter_modulus FROM clock_models")
        while try row.step() {
            // A counter that turns within no sample would be a division by zero.
            let modulus = row.optionalInteger(2).flatMap { $0 > 1 ? $0 : nil }
            models[row.integer(0)] = (row.real(1), modulus)
        }
        return models
    }

    /// What a file holds when recording is taken up again.
    static func resumed(_ path: String) throws(SessionStoreError) -> ResumedSession {
        let queue = try SessionConnection.writing(path)
        do {
            let resumed = try queue.read { database in
                try SessionRows(database: database, path: path).resumed()
            }
            try queue.close()
            return resumed
        } catch {
            throw .wrapping(error, path: path)
        }
    }

    private func resumed() throws(SessionStoreError) -> ResumedSession {
        var resumed = ResumedSession(
            session: try session(), streams: try streams(), sampleCounts: [:],
            keystrokeCounts: [:], lastArrivals: [:], lastTriple: nil, lastTurn: 0,
            ringPositions: [],
            savedStates: [:], sources: nil, clientSequences: [:])
        let samples = try statement(
            """
            SELECT first_index + sample_count, last_arrival_ns FROM chunks WHERE stream_id = ?
              ORDER BY first_index DESC LIMIT 1
            """)
        let keys = try statement(
            "SELECT coalesce(max(ordinal) + 1, 0) FROM keystrokes WHERE stream_id = ?")
        for stream in resumed.streams {
            try samples.bind(1, stream.id)
            if try samples.step() {
                resumed.sampleCounts[stream.id] = samples.integer(0)
                resumed.lastArrivals[stream.id] = samples.instant(1)
            } else {
                resumed.sampleCounts[stream.id] = 0
            }
            samples.reset()
            try keys.bind(1, stream.id)
            if try keys.step() { resumed.keystrokeCounts[stream.id] = keys.integer(0) }
            keys.reset()
        }
        let triple = try statement(
            """
            SELECT monotonic_ns, boottime_ns, realtime_ns, uncertainty_ns FROM time_triples
              ORDER BY id DESC LIMIT 1
            """)
        if try triple.step() { resumed.lastTriple = triple.timeTriple() }
        triple.reset()
        let turn = try statement("SELECT coalesce(max(number), 0) FROM turns")
        if try turn.step() { resumed.lastTurn = turn.integer(0) }
        turn.reset()
        let ring = try statement("SELECT ring_id, name, position FROM ring_positions")
        while try ring.step() {
            resumed.ringPositions.append(
                RingPosition(
                    ring: ring.text(0), name: ring.text(1),
                    position: UInt64(bitPattern: ring.integer(2))))
        }
        let state = try statement("SELECT name, state FROM saved_states WHERE name <> ?")
        try state.bind(1, SessionWriterCore.serialName)
        while try state.step() { resumed.savedStates[state.text(0)] = state.bytes(1) }
        let sources = try statement("SELECT description FROM sources")
        if try sources.step() { resumed.sources = sources.text(0) }
        sources.reset()
        for table in ["events", "turns", "draft_edits"] {
            let client = try statement(
                """
                SELECT client, max(client_sequence) FROM \(table) WHERE client IS NOT NULL
                  GROUP BY client
                """)
            while try client.step() {
                let name = client.text(0)
                resumed.clientSequences[name] = max(
                    resumed.clientSequences[name] ?? .min, client.integer(1))
            }
        }
        return resumed
    }
}
