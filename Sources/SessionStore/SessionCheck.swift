import GRDB
import Timebase

/// Checks a session file from end to end: that SQLite finds it whole, that every chunk decodes, that
/// indices, clock segments, gaps and pyramid agree with one another, that the audit trail is the one that was
/// written, and that it is the file whose hash is known.
///
/// Reads everything once, chunk by chunk; writes nothing. Runs on the caller's thread.
public struct SessionCheck {
    private let path: String
    private let expectedSHA256: String?
    private let anchors: AuditAnchors?

    /// - Parameters:
    ///   - expectedSHA256: what the study's index says of a finished file; nil does not ask.
    ///   - anchors: what the journal says of audit trails; nil does not ask.
    public init(path: String, expectedSHA256: String? = nil, anchors: AuditAnchors? = nil) {
        self.path = path
        self.expectedSHA256 = expectedSHA256
        self.anchors = anchors
    }

    /// Runs all checks.
    /// - Returns: what was found; no error among it means that the file is whole.
    /// - Throws: when the file cannot be read as a session at all.
    public func run() throws(SessionStoreError) -> [SessionFinding] {
        var findings: [SessionFinding] = []
        let reader = try open(&findings)
        let changes = try reader.changes()
        try checkAlignment(reader, changes, &findings)
        try checkDatabase(reader, &findings)
        try checkSession(reader, &findings)
        checkTombstones(&findings)
        let audit = try reader.verifiedAudit()
        let session = try reader.session().description.identifier
        findings += audit.findings + (anchors?.compare(audit, subject: session) ?? [])
        for stream in try reader.streams() {
            if stream.channels.isEmpty {
                try checkKeys(reader, stream, &findings)
            } else {
                try checkSamples(reader, stream, &findings)
            }
        }
        try reader.close()
        if let expectedSHA256 { try checkHash(expectedSHA256, changes, &findings) }
        return findings
    }

    private func checkHash(
        _ expected: String, _ changes: [FileChange], _ findings: inout [SessionFinding]
    ) throws(SessionStoreError) {
        let found = try FileHash.sha256(path)
        guard found != expected else { return }
        var message =
            "the file has changed since it was finished: its SHA-256 is \(found), the study's index "
            + "says \(expected). Take the copy from the backup."
        if let since = changes.since(sha256: expected) {
            message =
                "\(expected) is the SHA-256 that the file had before \(since.words), on purpose; it is "
                + "\(found) now. Keep this file, and delete copies from before."
        }
        findings.append(SessionFinding(.error, "", message))
    }

    /// The session with the times that readers take, and those of the file where its review cannot be
    /// used.
    private func open(
        _ findings: inout [SessionFinding]
    ) throws(SessionStoreError) -> SessionReader {
        let recorded = try SessionReader.open(at: path, alignment: .recorded)
        let reader: SessionReader
        do throws(SessionStoreError) {
            reader = try SessionReader.open(at: path)
        } catch {
            findings.append(
                SessionFinding(
                    .error, "review", "\(error). The session's own times are not concerned."))
            return recorded
        }
        try recorded.close()
        return reader
    }

    /// The alignment must be of this file, also of what it was before something was taken out of it on
    /// purpose: what is left has the same times.
    private func checkAlignment(
        _ reader: SessionReader, _ changes: [FileChange], _ findings: inout [SessionFinding]
    ) throws(SessionStoreError) {
        guard let alignment = reader.alignment,
            changes.since(sha256: alignment.sessionSHA256) == nil,
            alignment.sessionSHA256 != (try FileHash.sha256(path))
        else { return }
        findings.append(
            SessionFinding(
                .error, "review",
                "alignment \(alignment.id) was computed from another file than this: one of the "
                    + "two has changed since. Take the copy from the backup."))
    }

    private func checkDatabase(
        _ reader: SessionReader, _ findings: inout [SessionFinding]
    ) throws(SessionStoreError) {
        let problems = try reader.integrityProblems()
        for problem in problems.prefix(20) {
            findings.append(
                SessionFinding(
                    .error, "", "SQLite finds damage: \(problem). Take the copy from the backup."))
        }
    }

    private func checkTombstones(_ findings: inout [SessionFinding]) {
        do throws(SessionStoreError) {
            guard let refusal = try TombstoneCheck.refusal(of: path) else { return }
            findings.append(SessionFinding(.error, "study", refusal))
        } catch {
            findings.append(
                SessionFinding(
                    .note, "study",
                    "whether the session was withdrawn cannot be told: \(error)"))
        }
    }

    private func checkSession(
        _ reader: SessionReader, _ findings: inout [SessionFinding]
    ) throws(SessionStoreError) {
        let row = try reader.session()
        switch row.state {
        case .recording:
            findings.append(
                SessionFinding(
                    .note, "",
                    "the session is still recording (or waits for the daemon to take it up)"))
        case .stopped:
            findings.append(
                SessionFinding(.note, "", "the daemon has yet to give the file its final form"))
        case .finished, .interrupted, .aborted, .withdrawn: break
        }
        if try reader.timeTriples().isEmpty {
            findings.append(
                SessionFinding(
                    .error, "", "no reading of the clocks is stored: wall-clock times are unknown"))
        }
        var previous: Int64 = 0
        for turn in try reader.turns() {
            if let number = turn.number, number <= previous {
                findings.append(
                    SessionFinding(.error, "turns", "turn \(number) stands behind \(previous)"))
            }
            previous = turn.number ?? previous
        }
    }

    private func checkKeys(
        _ reader: SessionReader, _ stream: StreamDescription, _ findings: inout [SessionFinding]
    ) throws(SessionStoreError) {
        var expected: Int64 = 0
        for keystroke in try reader.keystrokes(stream.id) {
            if keystroke.ordinal != expected {
                findings.append(
                    SessionFinding(
                        .error, stream.name,
                        "press \(expected) is missing: \(keystroke.ordinal) comes next"))
            }
            expected = keystroke.ordinal + 1
            if let released = keystroke.released, released < keystroke.pressed {
                findings.append(
                    SessionFinding(
                        .error, stream.name,
                        "press \(keystroke.ordinal) is released before it is pressed"))
            }
        }
    }

    // MARK: - Samples

    private struct Extremes {
        var low = Double.infinity
        var high = -Double.infinity
        mutating func take(_ value: Double) {
            if value < low { low = value }
            if value > high { high = value }
        }
    }

    private func checkSamples(
        _ reader: SessionReader, _ stream: StreamDescription, _ findings: inout [SessionFinding]
    ) throws(SessionStoreError) {
        func report(_ message: String) {
            if findings.count < 200 {
                findings.append(SessionFinding(.error, stream.name, message))
            }
        }
        var next: Int64 = 0
        var extremes = [Extremes](repeating: Extremes(), count: stream.channels.count)
        do {
            try reader.forEachChunk(of: stream.id) { chunk in
                if chunk.firstIndex != next {
                    report("samples \(next) to \(chunk.firstIndex - 1) are missing")
                }
                let packets = chunk.packets.reduce(0) { $0 + $1.count }
                if packets != chunk.count {
                    report(
                        "at sample \(chunk.firstIndex): packets of \(packets) samples brought "
                            + "\(chunk.count)")
                }
                for (index, column) in chunk.columns.enumerated()
                where index < extremes.count {
                    switch column {
                    case .integers(let values):
                        for value in values { extremes[index].take(Double(value)) }
                    case .reals(let values):
                        for value in values where !value.isNaN { extremes[index].take(value) }
                    }
                }
                next = chunk.firstIndex + Int64(chunk.count)
                return true
            }
        } catch let error as SessionStoreError {
            report("from sample \(next) on nothing can be decoded: \(error)")
            return
        } catch {
            report("from sample \(next) on nothing can be decoded: \(error)")
            return
        }
        let count = try reader.sampleCount(of: stream.id)
        if count > next { report("samples \(next) to \(count - 1) are missing") }
        let segments = try reader.clockSegments(stream.id)
        checkSegments(segments, count: count, report)
        try checkGaps(reader, stream, segments, count: count, report)
        try checkPyramid(reader, stream, extremes, report)
    }

    private func checkSegments(
        _ segments: [ClockSegment], count: Int64, _ report: (String) -> Void
    ) {
        var next: Int64 = 0
        for segment in segments {
            if segment.firstIndex > next {
                report("no clock segment covers samples \(next) to \(segment.firstIndex - 1)")
            } else if segment.firstIndex < next {
                report("two clock segments cover sample \(segment.firstIndex)")
            }
            if segment.lastIndex < segment.firstIndex || segment.bound < 0
                || !(segment.period >= 0) || !segment.period.isFinite
            {
                report("the clock segment at sample \(segment.firstIndex) makes no sense")
            }
            next = segment.lastIndex + 1
        }
        if next < count { report("no clock segment covers samples \(next) to \(count - 1)") }
        if next > count { report("a clock segment reaches to sample \(next - 1) of \(count)") }
    }

    private func checkGaps(
        _ reader: SessionReader, _ stream: StreamDescription, _ segments: [ClockSegment],
        count: Int64, _ report: (String) -> Void
    ) throws(SessionStoreError) {
        let starts = Set(segments.map(\.firstIndex))
        for entry in try reader.gaps(stream.id) {
            let gap = entry.gap
            if gap.end < gap.start || gap.lost < 0 {
                report("the gap after sample \(gap.afterIndex) ends before it begins")
            }
            guard gap.afterIndex >= 0, gap.afterIndex < count - 1 else { continue }
            if !starts.contains(gap.afterIndex + 1) {
                report("a clock segment reaches across the gap after sample \(gap.afterIndex)")
            }
            for (index, time) in [(gap.afterIndex, gap.start), (gap.afterIndex + 1, gap.end)] {
                guard let stored = try reader.time(of: index, in: stream.id) else { continue }
                let bound = segments.last { $0.firstIndex <= index }?.bound ?? 0
                let distance = (time - stored).magnitude
                if distance > UInt64(max(bound, 0)) + 1_000 {
                    report(
                        "the gap after sample \(gap.afterIndex) is \(distance / 1_000) µs off its "
                            + "neighbour \(index)")
                }
            }
        }
    }

    /// The pyramid must show each channel's extremes.
    private func checkPyramid(
        _ reader: SessionReader, _ stream: StreamDescription, _ extremes: [Extremes],
        _ report: (String) -> Void
    ) throws(SessionStoreError) {
        guard let range = try reader.timeRange(of: stream.id) else { return }
        for (index, expected) in extremes.enumerated() where expected.low.isFinite {
            let overview = try reader.overview(
                stream.id, channel: index, from: range.first + -1, to: range.last + 1, pixels: 4)
            var found = Extremes()
            for (low, high) in zip(overview.minimum, overview.maximum) where !low.isNaN {
                found.take(Double(low))
                found.take(Double(high))
            }
            if Float(expected.low) != Float(found.low) || Float(expected.high) != Float(found.high)
            {
                report(
                    "the overview of \(stream.channels[index].name) goes from \(found.low) to "
                        + "\(found.high), its samples from \(expected.low) to \(expected.high)")
            }
        }
    }
}
