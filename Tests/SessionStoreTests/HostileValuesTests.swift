import GRDB
import SessionStoreTestSupport
import SystemCalls
import TestSupport
import Testing
import Timebase

@testable import SessionStore

/// Values that no recording has, where the session's own row and its schema are in order: what reads them is
/// to go on or to refuse, and never to end the program. The fuzzers `session-file` and `session-rows` found most
/// of them.
@Suite struct HostileValuesTests {
    private func session(_ statements: String...) throws -> (TemporaryDirectory, String) {
        try StrangerTests.session(statements)
    }

    /// Columns take any value from then on.
    private static let lenient = [
        "UPDATE sqlite_schema SET sql = replace(sql, ') STRICT', ')') WHERE type = 'table'",
        "PRAGMA writable_schema = RESET",
    ]

    @Test(
        "Sound whose clock is impossible is laid out all the same",
        arguments: [1e300, 1e-300, 125_000])
    func sound(period: Double) throws {
        let count: Int64 = 1 << 53
        let segments = [Int64(-1) << 60, 1 << 60].enumerated().map { place, origin in
            ClockSegment(
                firstIndex: Int64(place) * 10, lastIndex: Int64(place) * 10 + 9,
                origin: Instant(nanoseconds: origin), period: period, bound: 1, method: "m")
        }
        let tracks = (0..<4).map { stream in
            SoundTrack(
                name: "s\(stream)", rate: 384_000,
                pieces: SoundTrack.layout(
                    segments, of: Int64(stream), gaps: [10], count: count, rate: 384_000))
        }
        #expect(tracks[0].pieces.count == 2)
        let joined = try #require(SoundTrack.joining(tracks))
        for track in tracks + [joined] {
            // The sum of what is claimed and what is silent, and no more.
            #expect(track.length >= count && track.length < count << 3)
            #expect(track.largestDrift >= 0)
            let edges = [Int64.min, 0, track.length / 2, track.length, .max].map(track.time(of:))
            #expect(edges[0] == edges[1] && edges[3] == edges[4])
        }
    }

    @Test("A check tells of gaps and lines that are centuries apart")
    func check() throws {
        let (directory, path) = try session(
            "UPDATE gaps SET start_ns = \(Int64(-1) << 60)",
            "UPDATE clock_segments SET period_ns = 1e300, origin_ns = \(Int64(1) << 60) WHERE period_ns > 0"
        )
        defer { _ = directory }
        let findings = try SessionCheck(path: path).run()
        #expect(findings.contains { $0.message.contains("off its neighbour") })
    }

    @Test("A channel of another storage than is declared is damage, alone too")
    func storage() throws {
        let (directory, path) = try session(
            "UPDATE channels SET storage = CASE storage WHEN 'real' THEN 'integer' ELSE 'real' END")
        defer { _ = directory }
        let reader = try SessionReader.open(at: path)
        for stream in try reader.streams() where !stream.channels.isEmpty {
            let (from, to) = (Instant(nanoseconds: 0), Instant(nanoseconds: .max))
            for channel in stream.channels.indices {
                let error = #expect(throws: SessionStoreError.self) {
                    try reader.window(stream.id, channel: channel, from: from, to: to)
                }
                #expect(error?.code == .damaged)
            }
        }
    }

    @Test("What lies between two chunks is missing, and no chunk without any of it is handed out")
    func chunks() throws {
        let (directory, path) = try session(
            """
            INSERT INTO chunks SELECT stream_id, first_index + sample_count + 1000, sample_count,
              first_arrival_ns, last_arrival_ns, data, packets FROM chunks AS one
              WHERE first_index = (SELECT max(first_index) FROM chunks
                WHERE stream_id = one.stream_id)
            """)
        defer { _ = directory }
        let reader = try SessionReader.open(at: path)
        var seen = 0
        for stream in try reader.streams() where !stream.channels.isEmpty {
            let count = try reader.sampleCount(of: stream.id)
            guard count > 1000 else { continue }
            for edges in [(count / 2 - 9, count / 2 + 9), (0, count - 1)] {
                let wanted = edges.0...edges.1
                let error = #expect(throws: SessionStoreError.self) {
                    try reader.samples(stream.id) { rows, stream throws(SessionStoreError) in
                        try rows.forEachChunk(stream, wanted, channel: 0) { chunk, _ in
                            #expect(chunk.overlaps(Range(wanted)), "\(chunk) for \(wanted)")
                        }
                    }
                }
                #expect(error?.code == .damaged)
                seen += 1
            }
        }
        #expect(seen > 2)
    }

    @Test("A moment as far away as can be is refused with words")
    func bounds() throws {
        let (directory, path) = try session()
        defer { _ = directory }
        let bounds = try SessionBounds(path: path)
        for time in [Int64.min, .max] {
            let problem = bounds.problem(of: Instant(nanoseconds: time))
            #expect(problem?.contains("is not within the session") == true)
        }
    }

    @Test("Corrections are not read out of a view, and nothing is looked for behind one")
    func schemas() throws {
        let (directory, path) = try session()
        defer { _ = directory }
        _ = try SessionReview(path: path).add(
            EmotionCorrection(
                turn: 1, category: "fear", valence: nil, arousal: nil, note: "", actor: "anna",
                madeRealtime: 1))
        let view = "CREATE VIEW emotion_corrections AS SELECT 1 AS id"
        try change(ReviewFile.path(of: path), ["DROP TABLE emotion_corrections", view])
        let redaction = SessionRedaction(path: path, texts: ["Grüße"])
        let error = #expect(throws: SessionStoreError.self) {
            try SessionReview(path: path).emotionCorrections()
        }
        #expect(error?.description.contains("could run code") == true)
        #expect(throws: SessionStoreError.self) { try redaction.matches() }
        #expect(throws: SessionStoreError.self) {
            try ReviewRewriter(session: path).run { _ in [:] }
        }
        try FileSystem.remove(ReviewFile.path(of: path))
        #expect(try !redaction.matches().places.isEmpty)
        try change(path, ["DROP TABLE faults", "CREATE VIEW faults AS SELECT 1 AS stream_id"])
        #expect(throws: SessionStoreError.self) { try redaction.matches() }
        #expect(throws: SessionStoreError.self) {
            try SessionRemoval(path: path).rows([.turns], events: [])
        }
    }

    @Test("Redaction bears columns of any type, and edits that delete more than there is")
    func types() throws {
        let (directory, path) = try StrangerTests.session(Self.lenient)
        defer { _ = directory }
        try change(
            path,
            [
                "UPDATE draft_edits SET turn_number = 'sleep', inserted = 'real', text = 1e19",
                "UPDATE turns SET composed_from_ns = 'x', bound_ns = -1.7e308, author = 'participant'",
                "UPDATE events SET payload = x'00ff'",
                "UPDATE streams SET kind = 5 WHERE id = 1",
                "CREATE TABLE key_codes (stream_id, ordinal, code)",
                "INSERT INTO key_codes VALUES ('a', 2.5, NULL)",
            ])
        let redaction = SessionRedaction(
            path: path, texts: ["Grüße"],
            stretches: [SessionRedaction.Stretch(from: .min, to: .max)])
        #expect(try redaction.matches().places.contains { $0.table == "turns" })
        #expect(try SessionRemoval(path: path).rows([.keys], events: []) != [:])
        try change(path, ["UPDATE draft_edits SET position = 2, deleted = \(Int64.max)"])
        #expect(throws: SessionStoreError.self) { try redaction.matches() }
    }

    private func change(_ path: String, _ statements: [String]) throws {
        let queue = try DatabaseQueue(path: path)
        try queue.writeWithoutTransaction { database in
            for statement in statements { try database.execute(sql: statement) }
        }
        try queue.close()
    }
}
