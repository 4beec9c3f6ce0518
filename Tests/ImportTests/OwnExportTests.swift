import Foundation
import SessionStore
import TestSupport
import Testing
import Timebase

@testable import Export
@testable import Import

/// What we export as XDF comes back equal: samples, times, gaps, bounds, events, turns, keys and phases.
@Suite struct OwnExportTests {
    private static let start: Int64 = 123_456_789_012_345

    private static func write(_ path: String) throws {
        let description = SessionDescription(
            identifier: "516ea1e0-own", kind: .chat, study: "study1", participant: "p07",
            station: "lab", softwareVersion: SoftwareVersion.current, bootIdentifier: "boot",
            started: at(0), startedRealtime: 1_790_000_000_123_000_000)
        let writer = try SessionWriter.create(at: path, description: description)
        var batch = SessionBatch()
        batch.streams = [
            StreamDescription(
                id: 1, name: "ecg", kind: "signal", source: "band", nominalRate: 250,
                clock: .arrival, gapTolerance: 1_000_000_000,
                channels: [
                    ChannelDescription(
                        name: "mv", label: "Lead I", unit: "mV", scale: 0.01, offset: -3,
                        storage: .integer)
                ]),
            StreamDescription(
                id: 2, name: "rr", kind: "signal", source: "band", clock: .stamped,
                channels: [ChannelDescription(name: "rr", unit: "s", storage: .real)]),
            StreamDescription(id: 3, name: "keyboard", kind: "keys", clock: .stamped),
        ]
        // Two pieces with a loss between them that the device counted.
        for (first, index) in [(0, 0), (1040, 1000)] {
            batch.samples.append(
                SampleRun(
                    stream: 1, firstIndex: Int64(index), count: 1000,
                    columns: [.integers((0..<1000).map { Int64(($0 * 7 + index) % 301) })],
                    packets: (0..<1000).map {
                        SamplePacket(count: 1, arrival: at(Int64(first + $0) * 4_000_000 + 17))
                    }))
            batch.clockSegments.append(
                StreamClockSegment(
                    stream: 1,
                    segment: ClockSegment(
                        firstIndex: Int64(index), lastIndex: Int64(index) + 999,
                        origin: at(Int64(first) * 4_000_000 + 17), period: 4_000_000.25,
                        bound: index == 0 ? 250_000 : 125_000, method: "envelope/3")))
        }
        batch.gaps = [
            StreamGap(
                stream: 1,
                gap: Gap(
                    cause: .counter, afterIndex: 999, start: at(999 * 4_000_000 + 17),
                    end: at(1040 * 4_000_000 + 17), lost: 40, lostBound: 0))
        ]
        batch.samples.append(
            SampleRun(
                stream: 2, firstIndex: 0, count: 3, columns: [.reals([0.8, .nan, 0.75])],
                packets: [500, 1_300_000_001, 2_050_000_003].map {
                    SamplePacket(count: 1, arrival: at($0))
                }))
        batch.clockSegments.append(
            StreamClockSegment(
                stream: 2,
                segment: ClockSegment(
                    firstIndex: 0, lastIndex: 2, origin: at(500), period: 0, bound: 1_000_000,
                    method: ClockSegment.stampedMethod)))
        batch.keyPresses = [
            KeyPress(stream: 3, ordinal: 0, pressed: at(10), keyClass: "letter", bound: 0),
            KeyPress(stream: 3, ordinal: 1, pressed: at(30), keyClass: "letter", bound: 0),
            KeyPress(stream: 3, ordinal: 2, pressed: at(50), keyClass: "delete", bound: 0),
        ]
        batch.keyReleases = [
            KeyRelease(stream: 3, ordinal: 0, released: at(40), pairing: .order),
            KeyRelease(stream: 3, ordinal: 1, released: at(60), pairing: .order),
        ]
        batch.events = [
            SessionEvent(
                time: at(5), kind: "mark", payload: #"{"actor":"uid 1","label":"go & <x>"}"#),
            SessionEvent(time: at(7), kind: "sleep", payload: #"{"milliseconds":5}"#),
        ]
        batch.turns = [
            Turn(
                number: 1, author: "participant", text: "Grüße,\nhow are you?",
                composedFrom: at(20),
                sent: at(70), shown: at(80)),
            Turn(number: 2, author: "client", text: "Fine.", sent: at(90)),
        ]
        batch.phases = [
            PhaseChange(name: "baseline", time: at(3)), PhaseChange(name: "the chat", time: at(9)),
            PhaseChange(name: nil, time: at(95)),
        ]
        batch.timeTriples = [
            RecordedTriple(
                triple: TimeTriple(
                    monotonic: at(0), boottime: start, realtime: 1_790_000_000_123_000_000,
                    uncertainty: 10), cause: "start")
        ]
        batch.stateChange = SessionStateChange(state: .stopped, at: at(9_000_000_000))
        try writer.commit(batch)
        try writer.close()
        _ = try SessionFinisher(path: path, isAligning: false).run()
    }

    private static func at(_ nanoseconds: Int64) -> Instant {
        Instant(nanoseconds: start + nanoseconds)
    }

    @Test func itComesBackEqual() throws {
        let directory = try TemporaryDirectory("own")
        let path = directory.file("s.attune")
        try Self.write(path)
        let selection = ExportSelection()
        _ = try DatasetExport(
            Dataset.find([path], selection), ExportOptions(formats: [.xdf], selection: selection)
        ).write(to: directory.file("out"))
        let folder = directory.file("out")
        let name = try #require(
            try FileManager.default.contentsOfDirectory(atPath: folder).first {
                $0.hasSuffix(".xdf")
            })
        let back = directory.file("back.attune")
        let summary = try XDFImport.run(
            ["\(folder)/\(name)"],
            ImportRequest(study: "study1", participant: "p07", out: back, data: directory.path))
        let session = try Imported(directory, back, summary)
        let first = try SessionReader.open(at: path)
        let second = try SessionReader.open(at: back)
        #expect(try second.session().description.started == Self.at(0))
        #expect(
            try second.session().description.startedRealtime
                == first.session().description.startedRealtime)
        for stream in try first.streams() where !stream.channels.isEmpty {
            let other = try #require(session.streams.first { $0.name == stream.name })
            let distant: Int64 = 1 << 59
            let wanted = try first.window(
                stream.id, from: Instant(nanoseconds: 0), to: Instant(nanoseconds: distant))
            let found = try second.window(
                other.id, from: Instant(nanoseconds: 0), to: Instant(nanoseconds: distant))
            #expect(found.times == wanted.times)
            for channel in stream.channels.indices {
                let (a, b) = (wanted.physical(channel), found.physical(channel))
                #expect(zip(a, b).allSatisfy { $0 == $1 || $0.isNaN && $1.isNaN })
                #expect(a.count == b.count)
            }
            #expect(other.channels.map(\.unit) == stream.channels.map(\.unit))
            #expect(other.channels.map(\.name) == stream.channels.map(\.name))
            #expect(other.nominalRate == stream.nominalRate)
            #expect(
                try second.clockSegments(other.id).map(\.bound)
                    == first.clockSegments(stream.id).map(\.bound))
            #expect(
                try second.gaps(other.id).map(\.gap) == first.gaps(stream.id).map(\.gap))
        }
        #expect(
            session.events.map { "\($0.time.nanoseconds) \($0.kind) \($0.payload)" }
                == (try first.events().map { "\($0.time.nanoseconds) \($0.kind) \($0.payload)" }))
        #expect(try second.turns() == first.turns())
        #expect(try second.phases() == first.phases())
        let keys = try #require(session.streams.first { $0.kind == "keys" })
        #expect(keys.name == "keyboard")
        #expect(
            try second.keystrokes(keys.id).map {
                "\($0.pressed.nanoseconds) \($0.released?.nanoseconds ?? 0) \($0.keyClass)"
            }
                == first.keystrokes(3).map {
                    "\($0.pressed.nanoseconds) \($0.released?.nanoseconds ?? 0) \($0.keyClass)"
                })
        try first.close()
        try second.close()
    }
}
