import Timebase

extension SessionReader {
    /// Gaps of one stream or of all, in order.
    public func gaps(_ stream: Int64? = nil) throws(SessionStoreError) -> [StreamGap] {
        if let stored { return stored.gaps(stream) }
        return try rows { rows throws(SessionStoreError) in try rows.gaps(stream) }
    }

    /// The clock segments of a stream, in order.
    public func clockSegments(_ stream: Int64) throws(SessionStoreError) -> [ClockSegment] {
        try samples(stream) { rows, _ throws(SessionStoreError) in try rows.segments(stream) }
    }

    /// The readings of the machine's three clocks, in order.
    public func timeTriples() throws(SessionStoreError) -> [RecordedTriple] {
        try rows { rows throws(SessionStoreError) in
            let row = try rows.statement(
                """
                SELECT monotonic_ns, boottime_ns, realtime_ns, uncertainty_ns, cause
                  FROM time_triples ORDER BY id
                """)
            var triples: [RecordedTriple] = []
            while try row.step() {
                triples.append(RecordedTriple(triple: row.timeTriple(), cause: row.text(4)))
            }
            return triples
        }
    }

    /// The raw readings that relate other clocks to the station's, in order.
    public func clockObservations() throws(SessionStoreError) -> [ClockObservation] {
        try rows { rows throws(SessionStoreError) in
            let row = try rows.statement(
                """
                SELECT stream_id, client, sample_index, device_time, sent_ns, arrival_ns
                  FROM clock_observations ORDER BY id
                """)
            var observations: [ClockObservation] = []
            while try row.step() {
                observations.append(
                    ClockObservation(
                        stream: row.optionalInteger(0), client: row.optionalText(1),
                        index: row.optionalInteger(2), deviceTime: row.optionalInteger(3),
                        sent: row.optionalInstant(4), arrival: row.instant(5)))
            }
            return observations
        }
    }

    /// Corrupt frames and the like, by stream and cause.
    public func faults() throws(SessionStoreError) -> [FaultCount] {
        try rows { rows throws(SessionStoreError) in
            let row = try rows.statement(
                "SELECT stream_id, cause, count FROM faults ORDER BY stream_id, cause")
            var faults: [FaultCount] = []
            while try row.step() {
                faults.append(
                    FaultCount(
                        stream: row.integer(0), cause: row.text(1), count: row.ordinal(2)))
            }
            return faults
        }
    }

    /// How many rows a table has, such as `turns` or `keystrokes`; for summaries.
    public func count(of table: CountedTable) throws(SessionStoreError) -> Int64 {
        if let stored, let count = stored.count(of: table) { return count }
        return try rows { rows throws(SessionStoreError) in
            let row = try rows.statement("SELECT count(*) FROM (SELECT 1 FROM \(table.rawValue))")
            defer { row.reset() }
            return try row.step() ? row.integer(0) : 0
        }
    }
}
