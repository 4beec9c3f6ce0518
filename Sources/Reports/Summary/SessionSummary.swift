import SessionStore
import SystemCalls
import Timebase

/// A session at a glance: what it holds, how good its times are, and what it takes on the disk.
public struct SessionSummary: Hashable, Sendable {
    public var path: String
    public var session: SessionRow
    /// The alignment of the review file whose times these are; nil for those of the file itself.
    public var alignment: AlignmentEntry?
    public var streams: [StreamStatistics]
    public var phases: [Phase]
    /// Turns by author, in the order in which the authors first spoke.
    public var turns: [(author: String, count: Int64)] {
        zip(turnAuthors, turnCounts).map { ($0, $1) }
    }
    private var turnAuthors: [String] = []
    private var turnCounts: [Int64] = []
    /// From the end of the task to a commentary's start, in nanoseconds; nil for other sessions, and where
    /// nobody saw the task end.
    public var recallDelay: Int64?
    public var draftEdits: Int64
    public var events: Int64
    /// Bytes of the file, and of the log beside it while the session is not yet in its final form.
    public var fileBytes: Int64
    public var logBytes: Int64

    /// Reads a session's summary.
    public init(_ reader: SessionReader) throws(SessionStoreError) {
        path = reader.path
        session = try reader.session()
        alignment = reader.alignment
        streams = try StreamStatistics.all(reader, try reader.streams())
        phases = try reader.phases()
        if session.description.kind == .commentary {
            // The daemon wrote it; of its members only this number is needed.
            recallDelay = try reader.events(of: ["recall"]).first.flatMap {
                $0.payload.firstMatch(of: /"delay_ms": *([0-9]{1,15})/).flatMap { Int64($0.1) }
            }.map { $0 * 1_000_000 }
        }
        draftEdits = try reader.count(of: .draftEdits)
        events = try reader.count(of: .events)
        fileBytes = (try? FileSystem.size(reader.path)) ?? 0
        logBytes = (try? FileSystem.size(reader.path + "-wal")) ?? 0
        for turn in try reader.turns() {
            if let place = turnAuthors.firstIndex(of: turn.author) {
                turnCounts[place] += 1
            } else {
                turnAuthors.append(turn.author)
                turnCounts.append(1)
            }
        }
    }

    /// Samples of all streams.
    public var samples: Int64 { streams.reduce(0) { $0 &+ ($1.samples ?? 0) } }
    public var keystrokes: Int64 { streams.reduce(0) { $0 &+ ($1.keystrokes ?? 0) } }
    public var turnCount: Int64 { turnCounts.reduce(0, +) }
    public var gaps: Int64 { streams.reduce(0) { $0 &+ $1.gaps } }
    public var lost: Int64 { streams.reduce(0) { $0 &+ $1.lost } }

    /// Bytes on the disk for each sample; nil where there are none.
    public var bytesPerSample: Double? {
        samples > 0 ? Double(fileBytes + logBytes) / Double(samples) : nil
    }

    /// Nanoseconds from the start to the end of recording; while it goes on, to the last sample.
    public var duration: Int64 {
        let end = session.stopped ?? streams.compactMap(\.last).max() ?? session.description.started
        return max(0, end - session.description.started)
    }
}
