import Timebase

extension SessionRows {
    func insert(observations: [ClockObservation]) throws(SessionStoreError) {
        if observations.isEmpty { return }
        let row = try statement(
            """
            INSERT INTO clock_observations (stream_id, client, sample_index, device_time, sent_ns,
              arrival_ns) VALUES (?, ?, ?, ?, ?, ?)
            """)
        for observation in observations {
            try row.bind(1, observation.stream)
            try row.bind(2, observation.client)
            try row.bind(3, observation.index)
            try row.bind(4, observation.deviceTime)
            try row.bind(5, observation.sent)
            try row.bind(6, observation.arrival)
            try row.run()
        }
    }

    func insert(segments: [StreamClockSegment]) throws(SessionStoreError) {
        if segments.isEmpty { return }
        let row = try statement(
            """
            INSERT INTO clock_segments (stream_id, first_index, last_index, origin_ns, period_ns,
              bound_ns, method, drift_ppm, jitter_ns) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
              ON CONFLICT (stream_id, first_index) DO UPDATE SET last_index = excluded.last_index,
              origin_ns = excluded.origin_ns, period_ns = excluded.period_ns,
              bound_ns = excluded.bound_ns, method = excluded.method,
              drift_ppm = excluded.drift_ppm, jitter_ns = excluded.jitter_ns
            """)
        for entry in segments {
            let segment = entry.segment
            guard segment.isPossible else {
                throw .invalid(
                    "clock segment \(segment.firstIndex) to \(segment.lastIndex) of stream "
                        + "\(entry.stream) is impossible")
            }
            try row.bind(1, entry.stream)
            try row.bind(2, segment.firstIndex)
            try row.bind(3, segment.lastIndex)
            try row.bind(4, segment.origin)
            try row.bind(5, segment.period)
            try row.bind(6, segment.bound)
            try row.bind(7, segment.method)
            try row.bind(8, segment.driftPPM)
            try row.bind(9, segment.jitter)
            try row.run()
        }
    }

    func insert(triples: [RecordedTriple]) throws(SessionStoreError) {
        if triples.isEmpty { return }
        let row = try statement(
            """
            INSERT INTO time_triples (monotonic_ns, boottime_ns, realtime_ns, uncertainty_ns, cause)
              VALUES (?, ?, ?, ?, ?)
            """)
        for entry in triples {
            try row.bind(1, entry.triple.monotonic)
            try row.bind(2, entry.triple.boottime)
            try row.bind(3, entry.triple.realtime)
            try row.bind(4, entry.triple.uncertainty)
            try row.bind(5, entry.cause)
            try row.run()
        }
    }

    func insert(gaps: [StreamGap]) throws(SessionStoreError) {
        if gaps.isEmpty { return }
        let row = try statement(
            """
            INSERT INTO gaps (stream_id, cause, after_index, start_ns, end_ns, lost, lost_bound)
              VALUES (?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (stream_id, after_index) DO UPDATE SET
              cause = excluded.cause, start_ns = excluded.start_ns, end_ns = excluded.end_ns,
              lost = excluded.lost, lost_bound = excluded.lost_bound
            """)
        for entry in gaps {
            try row.bind(1, entry.stream)
            try row.bind(2, entry.gap.cause.rawValue)
            try row.bind(3, entry.gap.afterIndex)
            try row.bind(4, entry.gap.start)
            try row.bind(5, entry.gap.end)
            try row.bind(6, entry.gap.lost)
            try row.bind(7, entry.gap.lostBound)
            try row.run()
        }
    }

    func insert(phases: [PhaseChange]) throws(SessionStoreError) {
        if phases.isEmpty { return }
        let end = try statement("UPDATE phases SET ended_ns = ? WHERE ended_ns IS NULL")
        let start = try statement("INSERT INTO phases (name, started_ns) VALUES (?, ?)")
        for change in phases {
            try end.bind(1, change.time)
            try end.run()
            guard let name = change.name else { continue }
            try start.bind(1, name)
            try start.bind(2, change.time)
            try start.run()
        }
    }

    /// Adds rows to the audit trail, and to its chain.
    /// - Returns: where the trail ends now; nil where nothing is to be added.
    @discardableResult
    func insert(audit: [AuditEntry]) throws(SessionStoreError) -> AuditHead? {
        if audit.isEmpty { return nil }
        return try AuditTrail(database: database, path: path).add(
            audit, subject: session().description.identifier)
    }

    func add(faults: [FaultCount]) throws(SessionStoreError) {
        if faults.isEmpty { return }
        let row = try statement(
            """
            INSERT INTO faults (stream_id, cause, count) VALUES (?, ?, ?)
              ON CONFLICT (stream_id, cause) DO UPDATE SET count = count + excluded.count
            """)
        for fault in faults {
            try row.bind(1, fault.stream)
            try row.bind(2, fault.cause)
            try row.bind(3, fault.count)
            try row.run()
        }
    }

    func set(positions: [RingPosition]) throws(SessionStoreError) {
        if positions.isEmpty { return }
        let row = try statement(
            """
            INSERT INTO ring_positions (ring_id, name, position) VALUES (?, ?, ?)
              ON CONFLICT (ring_id) DO UPDATE SET name = excluded.name, position = excluded.position
            """)
        for position in positions {
            try row.bind(1, position.ring)
            try row.bind(2, position.name)
            try row.bind(3, Int64(bitPattern: position.position))
            try row.run()
        }
    }

    func set(states: [String: [UInt8]]) throws(SessionStoreError) {
        if states.isEmpty { return }
        let set = try statement(
            """
            INSERT INTO saved_states (name, state) VALUES (?, ?)
              ON CONFLICT (name) DO UPDATE SET state = excluded.state
            """)
        let remove = try statement("DELETE FROM saved_states WHERE name = ?")
        for (name, state) in states {
            if state.isEmpty {
                try remove.bind(1, name)
                try remove.run()
            } else {
                try set.bind(1, name)
                try set.bind(2, state)
                try set.run()
            }
        }
    }

    func set(sources: String) throws(SessionStoreError) {
        let row = try statement(
            """
            INSERT INTO sources (one, description) VALUES (1, ?)
              ON CONFLICT (one) DO UPDATE SET description = excluded.description
            """)
        try row.bind(1, sources)
        try row.run()
    }

    func apply(_ change: SessionStateChange) throws(SessionStoreError) {
        guard change.state != .finished else {
            throw .invalid("only finishing makes a session finished; store it as stopped first")
        }
        let row = try statement(
            """
            UPDATE session SET state = ?, outcome = coalesce(?, outcome),
              reason = coalesce(?, reason), stopped_ns = ?
            """)
        try row.bind(1, change.state.rawValue)
        try row.bind(2, change.outcome)
        try row.bind(3, change.reason)
        try row.bind(4, change.state == .recording ? nil : change.at)
        try row.run()
    }
}
