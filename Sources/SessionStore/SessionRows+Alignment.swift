import SystemCalls
import Timebase

/// What alignment reads and writes beside samples.
extension SessionRows {
    /// Gaps of one stream or of all, in order.
    func gaps(_ stream: Int64? = nil) throws(SessionStoreError) -> [StreamGap] {
        let row = try statement(
            """
            SELECT stream_id, cause, after_index, start_ns, end_ns, lost, lost_bound FROM gaps
              WHERE ?1 IS NULL OR stream_id = ?1 ORDER BY stream_id, after_index, start_ns, id
            """)
        try row.bind(1, stream)
        return try row.gaps(path)
    }

    /// What a stream's own clock said, by the ordinal of the sample, in order.
    func deviceTimes(
        of stream: Int64
    ) throws(SessionStoreError) -> [(index: Int64, time: Int64)] {
        let row = try statement(
            """
            SELECT sample_index, device_time FROM clock_observations WHERE stream_id = ?
              AND sample_index >= 0 AND device_time IS NOT NULL ORDER BY sample_index, id
            """)
        try row.bind(1, stream)
        var times: [(index: Int64, time: Int64)] = []
        while try row.step() {
            guard row.integer(0) != times.last?.index else { continue }
            times.append((row.integer(0), row.integer(1)))
        }
        return times
    }
}

extension RowStatement {
    /// Gaps out of `stream_id, cause, after_index, start_ns, end_ns, lost, lost_bound`.
    func gaps(_ path: String) throws(SessionStoreError) -> [StreamGap] {
        var gaps: [StreamGap] = []
        while try step() {
            guard let cause = Gap.Cause(rawValue: text(1)), integer(2) >= -1,
                integer(2) <= SampleBounds.index, integer(6) >= 0
            else {
                reset()
                throw .damaged(path, "a gap is not understood")
            }
            gaps.append(
                StreamGap(
                    stream: integer(0),
                    gap: Gap(
                        cause: cause, afterIndex: integer(2), start: instant(3), end: instant(4),
                        lost: ordinal(5), lostBound: integer(6))))
        }
        return gaps
    }

    /// The segment in a row that holds `first_index, last_index, origin_ns, period_ns, bound_ns,
    /// method, drift_ppm, jitter_ns` from a column on.
    func segment(from column: Int32 = 0) -> ClockSegment {
        ClockSegment(
            firstIndex: integer(column), lastIndex: integer(column + 1),
            origin: instant(column + 2), period: real(column + 3), bound: nanoseconds(column + 4),
            method: text(column + 5), driftPPM: optionalReal(column + 6),
            jitter: nanoseconds(column + 7))
    }
}

extension AuditEntry {
    /// Says which estimator gave a finished session its times, and for which streams it did not.
    init(alignment changes: [AlignedStream], of session: SessionDescription) {
        // The machine may have been started anew since, and its clock with it; and where its wall clock
        // was decades off when the session began, no time of the session says when it was aligned.
        let realtime = Clocks.realtime()
        let elapsed = realtime &- session.startedRealtime
        let time =
            session.bootIdentifier == Clocks.bootIdentifier()
            ? Clocks.now()
            : session.started
                + (SampleBounds.elapsed.contains(elapsed) ? elapsed : 0)
        self.init(
            time: time, realtime: realtime, actor: "attune \(SoftwareVersion.current)",
            action: "align", detail: AlignedStream.detail(changes))
    }
}

extension AlignedStream {
    /// Method, and the reasons why streams kept their times, as a JSON object.
    static func detail(_ changes: [AlignedStream]) -> String {
        let kept = changes.compactMap { change in
            change.refusal.map { "\(quoted(change.name)):\(quoted($0))" }
        }
        return "{\"method\":\(quoted(Aligner.method)),\"streams\":\(changes.count),"
            + "\"kept\":{\(kept.joined(separator: ","))}}"
    }

    private static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": quoted += "\\\(scalar)"
            case _ where scalar.value < 32:
                let digits = String(scalar.value, radix: 16)
                quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}
