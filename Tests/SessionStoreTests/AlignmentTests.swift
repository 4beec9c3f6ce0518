import Foundation
import GRDB
import SystemCalls
import TestSupport
import Testing

@testable import SessionStore
@testable import Timebase

/// A finished session's times are estimated from both sides, and can be estimated anew.
@Suite struct AlignmentTests {
    private let directory: TemporaryDirectory
    private let path: String

    init() throws {
        directory = try TemporaryDirectory()
        path = directory.file("20261121T093000Z-chat.attune")
    }

    private var review: String { directory.file("20261121T093000Z-chat.review") }

    /// Times a second earlier than the estimator's.
    private static let earlier = SessionAlignment { model, readings in
        var alignment = Aligner(model).align(readings)
        alignment.times = alignment.times.map { $0 - 1_000_000_000 }
        for line in alignment.lines.indices { alignment.lines[line].origin -= 1_000_000_000 }
        return alignment
    }

    private func finish() throws -> AlignedRecording {
        let recording = try AlignedRecording.write(to: path)
        _ = try SessionFinisher(path: path).run()
        return recording
    }

    @Test func finishingAlignsAndKeepsWhatIsKnownOfLosses() throws {
        let recording = try AlignedRecording.write(to: path)
        let before = try SessionReader.open(at: path)
        let causal = try before.clockSegments(AlignedRecording.ecg).map(\.method)
        #expect(Set(causal) == [SampleClock.method])
        let pointer = try before.clockSegments(AlignedRecording.pointer)
        try before.close()
        _ = try SessionFinisher(path: path).run()
        #expect(try SessionCheck(path: path).run().filter { $0.severity == .error } == [])
        let reader = try SessionReader.open(at: path)
        #expect(reader.alignment == nil)
        for stream in [AlignedRecording.ecg, AlignedRecording.eda, AlignedRecording.pulse] {
            let segments = try reader.clockSegments(stream)
            #expect(Set(segments.map(\.method)) == [Aligner.method], "stream \(stream)")
            let worst = try recording.worstError(reader, stream)
            #expect(worst < 4e6, "stream \(stream) is \(worst / 1e6) ms off")
        }
        #expect(try reader.clockSegments(AlignedRecording.pointer) == pointer)
        let gaps = try reader.gaps(AlignedRecording.ecg).map(\.gap)
        #expect(gaps.map(\.afterIndex) == AlignedRecording.ecgLosses.map(\.after))
        #expect(gaps.map(\.lost) == AlignedRecording.ecgLosses.map(\.lost))
        #expect(gaps.allSatisfy { $0.lostBound == 0 && $0.cause == .counter })
        let pause = try #require(try reader.gaps(AlignedRecording.eda).first?.gap)
        #expect(pause.cause == .disconnect && pause.afterIndex == AlignedRecording.edaPause)
        #expect(abs(pause.lost - 55) <= pause.lostBound && pause.lostBound > 0)
        let audit = try reader.audit().filter { $0.action == "align" }
        #expect(audit.count == 1)
        #expect(audit.first?.detail.contains(Aligner.method) == true)
        #expect(audit.first?.detail.contains("\"kept\":{}") == true)
        #expect(audit.first?.actor.contains(SoftwareVersion.current) == true)
    }

    /// The clock that all times are on stood still: how much was lost is not in them.
    @Test func whatTheMachineSleptIsInTheCountsOfLosses() throws {
        _ = try AlignedRecording.write(to: path, slept: 3_000_000_000)
        _ = try SessionFinisher(path: path).run()
        let reader = try SessionReader.open(at: path)
        let away = try #require(try reader.gaps(AlignedRecording.eda).first?.gap)
        #expect(away.cause == .disconnect && away.afterIndex == AlignedRecording.edaPause)
        #expect(abs(away.lost - 85) <= 2 && 30...33 ~= away.lostBound, "\(away)")
        #expect(away.end - away.start < 5_700_000_000)
        let pulse = try reader.gaps(AlignedRecording.pulse).map(\.gap)
        #expect(pulse.map(\.cause) == [.sleep], "\(pulse)")
        let asleep = try #require(pulse.first)
        #expect(asleep.afterIndex == Int64(AlignedRecording.sleptPacket) * 25 - 1)
        #expect(abs(asleep.lost - 150) <= 2 && 150...153 ~= asleep.lostBound, "\(asleep)")
        #expect(asleep.end - asleep.start < 60_000_000)
        #expect(try reader.gaps(AlignedRecording.ecg).allSatisfy { $0.gap.lostBound == 0 })
        try reader.close()
        #expect(try SessionCheck(path: path).run().filter { $0.severity == .error } == [])
    }

    /// Streams whose alignment cannot be right keep the times of the recording, and it is said.
    @Test func anImpossibleAlignmentIsNotTaken() throws {
        _ = try AlignedRecording.write(to: path)
        let before = try SessionReader.open(at: path)
        let expected = try Self.times(before)
        try before.close()
        let wrong: [SessionAlignment.Estimate] = [
            { _, _ in Alignment() },
            { model, readings in
                var alignment = Aligner(model).align(readings)
                for line in alignment.lines.indices { alignment.lines[line].period = -.infinity }
                return alignment
            },
            { model, readings in
                var alignment = Aligner(model).align(readings)
                alignment.lines.removeLast()
                return alignment
            },
            { model, readings in
                // Turns of a reading that there is not.
                var alignment = Aligner(model).align(readings)
                alignment.undecided = [
                    Alignment.Loss(reading: readings.index.count, lost: 256, lostBound: 256)
                ]
                return alignment
            },
            { model, readings in
                // Behind its own arrival.
                var alignment = Aligner(model).align(readings)
                alignment.times = alignment.times.map { $0 + 60_000_000_000 }
                return alignment
            },
            { model, readings in
                // Each line a second behind the one before.
                var alignment = Aligner(model).align(readings)
                guard let line = alignment.lines.last else { return alignment }
                let middle = (line.firstReading + line.lastReading) / 2
                alignment.lines[alignment.lines.count - 1].lastReading = middle
                var second = line
                second.firstReading = middle + 1
                second.origin -= 1_000_000_000
                alignment.lines.append(second)
                return alignment
            },
        ]
        for (number, estimate) in wrong.enumerated() {
            let copy = directory.file("copy\(number).attune")
            try FileSystem.write(try FileSystem.read(path), to: copy)
            _ = try SessionFinisher(path: copy, alignment: SessionAlignment(estimate)).run()
            let reader = try SessionReader.open(at: copy)
            #expect(try Self.times(reader) == expected, "case \(number)")
            let detail = try reader.audit().last?.detail ?? ""
            for stream in ["ecg", "eda", "pulse"] {
                #expect(detail.contains("\"\(stream)\":\""), "case \(number): \(detail)")
            }
            try reader.close()
        }
    }

    /// Time of each sample of each stream.
    private static func times(_ reader: SessionReader) throws -> [Int64: [Instant]] {
        var times: [Int64: [Instant]] = [:]
        for stream in try reader.streams() {
            try reader.forEachChunk(of: stream.id) { window in
                times[stream.id, default: []] += window.times
                return true
            }
        }
        return times
    }

    @Test func aligningTwiceAddsTwoAndTheNewestIsTaken() throws {
        let recording = try finish()
        let own = try SessionReader.open(at: path)
        let recorded = try Self.times(own)
        let bytes = try FileSystem.read(path)
        let first = try SessionAligner(path: path).run(reason: "first")
        #expect(first.alignment == 1 && first.previous == nil && first.review == review)
        #expect(first.streams.map(\.name) == ["ecg", "eda", "pulse"])
        #expect(first.streams.allSatisfy { $0.refusal == nil && $0.newBound != nil })
        // The same estimator finds the same again: what it found once is no new fact.
        #expect(first.streams.allSatisfy { $0.largestShift <= 1_000 }, "\(first.streams)")
        let second = try SessionAligner(path: path, alignment: Self.earlier).run(reason: "second")
        #expect(second.alignment == 2 && second.previous == 1)
        #expect(second.streams.allSatisfy { abs($0.largestShift - 1_000_000_000) < 10_000 })
        #expect(try FileSystem.read(path) == bytes)

        let newest = try SessionReader.open(at: path)
        #expect(newest.alignment?.id == 2 && newest.alignment?.reason == "second")
        #expect(newest.alignment?.sessionSHA256 == (try FileHash.sha256(path)))
        let moved = try Self.times(newest)
        for stream in [AlignedRecording.ecg, AlignedRecording.eda, AlignedRecording.pulse] {
            let differences = zip(recorded[stream] ?? [], moved[stream] ?? []).map { $0 - $1 }
            #expect(differences.count == recording.truth[stream]?.count)
            #expect(differences.allSatisfy { abs($0 - 1_000_000_000) < 10_000 })
            try Self.checkReading(newest, stream, moved[stream] ?? [])
            let gaps = try zip(own.gaps(stream), newest.gaps(stream))
            for (old, new) in gaps {
                #expect(abs(old.gap.start - new.gap.start - 1_000_000_000) < 10_000)
                #expect(old.gap.lost == new.gap.lost && old.gap.cause == new.gap.cause)
            }
        }
        #expect(moved[AlignedRecording.pointer] == recorded[AlignedRecording.pointer])
        #expect(try newest.count(of: .gaps) == own.count(of: .gaps))
        #expect(try newest.count(of: .clockSegments) == own.count(of: .clockSegments))
        let chosen = try SessionReader.open(at: path, alignment: .number(1))
        #expect(chosen.alignment?.id == 1)
        #expect(try Self.times(chosen)[AlignedRecording.pulse]?.count == 3_000)
        let file = try SessionReader.open(at: path, alignment: .recorded)
        #expect(file.alignment == nil)
        #expect(try Self.times(file) == recorded)
        let error = failure { _ = try SessionReader.open(at: path, alignment: .number(3)) }
        #expect(error?.code == .missing && error?.message.contains("no alignment 3") == true)
    }

    /// All ways of reading agree on the times.
    private static func checkReading(
        _ reader: SessionReader, _ stream: Int64, _ times: [Instant]
    ) throws {
        for index in stride(from: 0, to: times.count, by: 97) {
            #expect(try reader.time(of: Int64(index), in: stream) == times[index])
            #expect(try reader.index(atOrAfter: times[index], in: stream) == Int64(index))
        }
        let range = try #require(try reader.timeRange(of: stream))
        #expect(range.first == times.first && range.last == times.last)
        let part = try reader.window(stream, from: times[140], to: times[400])
        #expect(part.firstIndex == 140 && part.times == Array(times[140..<400]))
        let overview = try reader.overview(
            stream, channel: 0, from: times[0], to: times[times.count - 1] + 1, pixels: 1)
        #expect(overview.minimum == [0] && overview.maximum == [Float(times.count - 1)])
    }

    @Test func aSessionThatIsNotFinishedIsNotAligned() throws {
        _ = try AlignedRecording.write(to: path, isStopped: false)
        let recording = failure { _ = try SessionAligner(path: path).run(reason: "") }
        #expect(recording?.code == .wrongState && recording?.message.contains("stop it") == true)
        try FileSystem.remove(path)
        _ = try AlignedRecording.write(to: path)
        let stopped = failure { _ = try SessionAligner(path: path).run(reason: "") }
        #expect(stopped?.code == .wrongState)
        #expect(stopped?.message.contains("not finished") == true)
        #expect(!FileSystem.exists(review))
    }

    /// Whole turns of a counter that the estimator tells at another gap than the recording did.
    @Test func turnsThatMoveAreDoubted() throws {
        _ = try AlignedRecording.write(to: path)
        let moving = SessionAlignment { model, readings in
            var alignment = Aligner(model).align(readings)
            guard model.modulus != nil, var loss = alignment.losses.last else { return alignment }
            // Found 2,500 samples and a gap earlier than it was.
            loss.reading = readings.index.firstIndex { $0 >= 7_500 + 136 } ?? 0
            alignment.losses = [loss]
            return alignment
        }
        _ = try SessionFinisher(path: path, alignment: moving).run()
        let reader = try SessionReader.open(at: path)
        let gaps = try reader.gaps(AlignedRecording.ecg).map(\.gap)
        #expect(gaps.map(\.lost) == [5, 130, 257, 7], "\(gaps)")
        #expect(gaps.map(\.lostBound) == [0, 0, 256, 256])
        for segment in try reader.clockSegments(AlignedRecording.ecg) {
            let isBetween = segment.firstIndex > 7_499 && segment.lastIndex <= 9_999
            #expect((segment.bound > 1_000_000_000) == isBetween, "\(segment)")
        }
    }

    /// Whole turns of a counter that arrivals hint at for too short a time: where the recording counted them they are
    /// taken, and told to be uncertain; where it did not, the bound says that they may be missing.
    @Test(arguments: [true, false]) func turnsThatNothingDecidesAreDoubted(isCounted: Bool) throws {
        let recording = try AlignedRecording.write(to: path)
        let gap: Int64 = isCounted ? 9_999 : 7_499
        let hinting = SessionAlignment { model, readings in
            var alignment = Aligner(model).align(readings)
            guard model.modulus != nil, let loss = alignment.losses.last,
                let line = alignment.lines.lastIndex(where: { $0.firstReading == loss.reading })
            else { return alignment }
            var hint = loss
            if isCounted {
                // As if it had found nothing there.
                let shift = Int64(256 * alignment.period)
                for place in line..<alignment.lines.count {
                    alignment.lines[place].origin -= shift
                }
                for place in loss.reading..<alignment.times.count {
                    alignment.times[place] -= shift
                }
                alignment.losses = []
            }
            if !isCounted { hint.reading = readings.index.firstIndex { $0 > 7_500 + 136 } ?? 0 }
            alignment.undecided = [hint]
            return alignment
        }
        _ = try SessionFinisher(path: path, alignment: hinting).run()
        let reader = try SessionReader.open(at: path)
        let gaps = try reader.gaps(AlignedRecording.ecg).map(\.gap)
        #expect(gaps.map(\.lost) == AlignedRecording.ecgLosses.map(\.lost), "\(gaps)")
        #expect(gaps.map(\.lostBound) == (isCounted ? [0, 0, 0, 256] : [0, 0, 256, 0]))
        #expect(try recording.worstError(reader, AlignedRecording.ecg) < 4e6)
        for segment in try reader.clockSegments(AlignedRecording.ecg) {
            #expect((segment.bound > 1_000_000_000) == (segment.firstIndex > gap), "\(segment)")
        }
    }

    @Test func checkLooksAtTheReviewToo() throws {
        func errors() throws -> [String] {
            try SessionCheck(path: path).run().filter { $0.severity == .error }.map {
                "\($0.subject): \($0.message)"
            }
        }
        _ = try finish()
        _ = try SessionAligner(path: path).run(reason: "")
        #expect(try errors() == [])
        let good = try FileSystem.read(review)
        for (sql, word) in [
            (
                "DROP TRIGGER alignments_unchanged; UPDATE alignments SET session_sha256 = 'x'",
                "computed from another file"
            ),
            (
                "DROP TRIGGER alignment_segments_unchanged; UPDATE alignment_segments "
                    + "SET bound_ns = -5", "makes no sense"
            ),
            ("DROP TABLE review", "review: "),
        ] {
            try FileSystem.remove(review)
            try FileSystem.write(good, to: review)
            try Compare.spoil(review, sql)
            let found = try errors()
            #expect(found.contains { $0.contains(word) }, "\(sql): \(found)")
        }
    }

    @Test func rowsAreOnlyAdded() throws {
        _ = try finish()
        _ = try SessionAligner(path: path).run(reason: "")
        for sql in [
            "UPDATE alignments SET reason = 'x'", "DELETE FROM alignment_gaps",
            "DELETE FROM alignments", "UPDATE alignment_segments SET bound_ns = 1",
        ] {
            #expect(throws: (any Error).self, "\(sql)") { try Compare.spoil(review, sql) }
        }
        #expect(try Compare.integrity(review) == "ok")
    }

    /// A review file that cannot be trusted is told, never passed over.
    @Test func whatIsNotItsReviewIsRefused() throws {
        _ = try finish()
        _ = try SessionAligner(path: path).run(reason: "")
        let good = try FileSystem.read(review)
        func code(_ bytes: [UInt8]) throws -> SessionStoreError.Code? {
            try FileSystem.remove(review)
            try FileSystem.write(bytes, to: review)
            let error = failure { _ = try SessionReader.open(at: path).close() }
            let aligning = failure { _ = try SessionAligner(path: path).run(reason: "") }
            #expect(error?.code == aligning?.code)
            if error != nil { #expect(error?.message.contains(review) == true) }
            // The session's own times stay readable.
            try SessionReader.open(at: path, alignment: .recorded).close()
            return error?.code
        }
        #expect(try code(good) == nil)
        #expect(try code([]) == .notASession)
        #expect(try code(Array("no database at all".utf8)) == .notASession)
        #expect(try code(Array(try FileSystem.read(path))) == .notASession)
        #expect(try code(Array(good.prefix(good.count / 2))) == .damaged)
        var newer = good
        newer[63] = 9
        #expect(try code(newer) == .newerVersion(found: 9, known: 1))

        let other = directory.file("other.attune")
        _ = try AlignedRecording.write(to: other, identifier: "another")
        _ = try SessionFinisher(path: other).run()
        _ = try SessionAligner(path: other).run(reason: "")
        #expect(try code(try FileSystem.read(directory.file("other.review"))) == .wrongReview)
        // Rows that make no sense.
        for sql in [
            "DROP TRIGGER alignment_segments_unchanged; "
                + "UPDATE alignment_segments SET period_ns = -1",
            "DROP TRIGGER alignment_gaps_unchanged; UPDATE alignment_gaps SET cause = 'x'",
            "DROP TRIGGER alignments_unchanged; UPDATE alignments SET session_id = 'x'",
        ] {
            try FileSystem.remove(review)
            try FileSystem.write(good, to: review)
            try Compare.spoil(review, sql)
            #expect(failure { _ = try SessionReader.open(at: path) }?.code == .damaged, "\(sql)")
        }
    }

    /// Twenty lines of Python, which know nothing but the formats' descriptions.
    @Test func pythonReadsTheNewestAlignment() throws {
        _ = try finish()
        _ = try SessionAligner(path: path).run(reason: "")
        _ = try SessionAligner(path: path, alignment: Self.earlier).run(reason: "")
        let reader = try SessionReader.open(at: path)
        for name in ["ecg", "eda", "pointer"] {
            let stream = try #require(try reader.streams().first { $0.name == name })
            let text = try output(
                "/usr/bin/env",
                [
                    "python3", "-I", "-S", repository("Tests/Readers/review_file.py"), path, name,
                    stream.channels[0].name,
                ])
            let lines = text.split(separator: "\n").map { $0.split(separator: " ") }
            var expected: [[Int64]] = []
            let segments = try reader.clockSegments(stream.id)
            try reader.forEachChunk(of: stream.id) { window in
                for (place, time) in window.times.enumerated() {
                    let index = window.firstIndex + Int64(place)
                    let bound = segments.last { $0.firstIndex <= index }?.bound ?? 0
                    expected.append([time.nanoseconds, bound, index])
                }
                return true
            }
            #expect(lines.map { $0.compactMap { Int64($0) } } == expected, "\(name)")
        }
    }
}
