import Foundation
import GRDB
import SystemCalls
import SessionStoreTestSupport
import TestSupport
import Testing
import Timebase

@testable import SessionStore

/// Streams of sound: FLAC files as chunks.
@Suite struct SoundTests {
    private static func waves(_ count: Int, seed: UInt64) -> [Int16] {
        var random = SeededGenerator(seed: seed)
        return (0..<count).map {
            Int16(
                clamping: Int(12_000 * sin(Double($0) / 17))
                    + Int.random(in: -300...300, using: &random))
        }
    }

    @Test(arguments: [1, 2, 15, 16, 17, 4095, 4096, 4097, 12_000, 100_001])
    func comesBackExactly(count: Int) throws {
        for samples in [
            Self.waves(count, seed: UInt64(count)), Array(repeating: 0, count: count),
            (0..<count).map { $0.isMultiple(of: 2) ? .min : .max },
        ] {
            for rate in [8_000, 44_100, 48_000, 192_000] {
                let file = try AudioCoder.encode(samples, rate: rate)
                #expect(file.starts(with: AudioCoder.magic))
                let back = unsafe file.withUnsafeBytes {
                    unsafe AudioCoder.decode($0, count: count)
                }
                #expect(back == samples.map(Int64.init))
                let short = unsafe file.withUnsafeBytes {
                    unsafe AudioCoder.decode($0, count: count + 1)
                }
                #expect(short == nil)
            }
        }
    }

    /// A changed byte is noticed, or changes no sample (as in a name, or in a length that decoding does
    /// not need).
    @Test func damageIsNoticed() throws {
        let samples = Self.waves(6000, seed: 3)
        let file = try AudioCoder.encode(samples, rate: 48_000)
        var random = SeededGenerator(seed: 9)
        var noticed = 0
        for _ in 0..<400 {
            var damaged = file
            let place = Int.random(in: 0..<file.count, using: &random)
            damaged[place] ^= UInt8.random(in: 1...255, using: &random)
            let back = unsafe damaged.withUnsafeBytes {
                unsafe AudioCoder.decode($0, count: samples.count)
            }
            if back == nil { noticed += 1 }
            #expect(back == nil || back == samples.map(Int64.init), "byte \(place)")
        }
        #expect(noticed > 350)
        for length in [0, 3, 4, 41, 42, file.count / 2, file.count - 1] {
            let back = unsafe Array(file.prefix(length)).withUnsafeBytes {
                unsafe AudioCoder.decode($0, count: samples.count)
            }
            #expect(back == nil, "\(length) bytes")
        }
    }

    private static let stream = StreamDescription(
        id: 1, name: "microphone", kind: "audio", nominalRate: 48_000, clock: .counter,
        gapTolerance: 2_000_000_000,
        channels: [ChannelDescription(name: "sound", unit: "full scale", scale: 1 / 32768.0)])

    /// Ten seconds with a gap of two in the middle, by a sound card that is 100 ppm slow.
    private func recording(
        _ path: String
    ) throws -> (samples: [Int16], gap: Int) {
        let samples = Self.waves(480_000, seed: 5)
        let half = 240_000
        let start = Instant(nanoseconds: 5_000_000_000)
        let period = 1e9 / 48_000 * 1.0001
        let model = SessionModel(seed: 1)
        let writer = try SessionWriter.create(
            at: path, description: model.description, streams: [Self.stream])
        func origin(_ index: Int) -> Instant {
            start + Int64((Double(index) * period).rounded())
                + (index < half ? 0 : 2_000_000_000)
        }
        for first in stride(from: 0, to: samples.count, by: 12_000) {
            var batch = SessionBatch()
            batch.samples = [
                SampleRun(
                    stream: 1, firstIndex: Int64(first), count: 12_000,
                    columns: [.integers(samples[first..<first + 12_000].map(Int64.init))],
                    packets: [SamplePacket(count: 12_000, arrival: origin(first + 11_999))])
            ]
            let base = first < half ? 0 : half
            batch.clockSegments = [
                StreamClockSegment(
                    stream: 1,
                    segment: ClockSegment(
                        firstIndex: Int64(base), lastIndex: Int64(first + 11_999),
                        origin: origin(base), period: period, bound: 1_000_000,
                        method: "least-delay/2"))
            ]
            if first == half {
                batch.gaps = [
                    StreamGap(
                        stream: 1,
                        gap: Gap(
                            cause: .disconnect, afterIndex: Int64(half) - 1,
                            start: origin(half - 1), end: origin(half), lost: 96_000,
                            lostBound: 100))
                ]
            }
            try writer.commit(batch)
        }
        var stop = SessionBatch()
        stop.timeTriples = [
            RecordedTriple(
                triple: TimeTriple(
                    monotonic: start, boottime: start.nanoseconds, realtime: 1, uncertainty: 1),
                cause: "start")
        ]
        stop.stateChange = SessionStateChange(state: .stopped, at: origin(samples.count))
        try writer.commit(stop)
        try writer.close()
        return (samples, half)
    }

    @Test func isStoredAsFLACAndFinishedInLongerFiles() throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("s.attune")
        let (samples, _) = try recording(path)
        func chunks() throws -> [(count: Int, blob: [UInt8])] {
            let queue = try DatabaseQueue(path: path)
            defer { try? queue.close() }
            return try queue.read { database in
                try Row.fetchAll(database, sql: "SELECT sample_count, data FROM chunks").map {
                    ($0[0] as Int, [UInt8]($0[1] as Data))
                }
            }
        }
        let short = try chunks()
        #expect(short.count == 40 && short.allSatisfy { $0.blob.starts(with: AudioCoder.magic) })
        // Sound of this kind takes less than two thirds of its 16 bits.
        #expect(short.reduce(0) { $0 + $1.blob.count } < samples.count * 4 / 3)
        _ = try SessionFinisher(path: path, isAligning: false).run()
        let long = try chunks()
        #expect(long.map(\.count) == [240_000, 240_000])
        #expect(try SessionCheck(path: path).run().filter { $0.severity == .error }.isEmpty)
        let reader = try SessionReader.open(at: path)
        defer { try? reader.close() }
        let overview = try reader.overview(
            1, channel: 0, from: Instant(nanoseconds: 5_000_000_000),
            to: Instant(nanoseconds: 17_002_000_000), pixels: 100)
        #expect(overview.minimum.contains { $0.isNaN } && overview.maximum.contains { $0 > 11_000 })
    }

    @Test func isOneFileWithSilenceWhereSamplesAreMissing() throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("s.attune")
        let (samples, half) = try recording(path)
        let reader = try SessionReader.open(at: path)
        defer { try? reader.close() }
        let track = try #require(try SoundTrack(reader, stream: try reader.streams()[0]))
        #expect(track.pieces.count == 2 && track.rate == 48_000)
        // Two seconds of the gap, and half a millisecond by which the card was slow until then.
        let silence = track.pieces[1].silence
        #expect(silence == 96_024)
        #expect(track.length == Int64(samples.count) + silence)
        let whole = try track.samples(0..<track.length, of: reader)
        #expect(Array(whole[..<half]) == Array(samples[..<half]))
        #expect(whole[half..<half + Int(silence)].allSatisfy { $0 == 0 })
        #expect(Array(whole[(half + Int(silence))...]) == Array(samples[half...]))
        #expect(
            try track.samples(239_990..<340_000, of: reader) == Array(whole[239_990..<340_000]))
        #expect(try track.samples(-5..<3, of: reader) == Array(whole[..<3]))
        #expect(track.largestDrift > 490_000 && track.largestDrift < 510_000)
        #expect(track.time(of: 0) == track.start)
        for (place, index) in [
            (Int64(half) - 1, Int64(half) - 1), (track.pieces[1].position, 240_000),
        ] {
            #expect(try track.time(of: place) == reader.time(of: index, in: 1))
        }
        let inside = track.time(of: Int64(half) + silence / 2) - track.time(of: Int64(half) - 1)
        #expect(abs(inside - 1_000_000_000) < 2_000_000)
    }

    /// Microphones one after another are one file; where two are there at a time the first goes on.
    @Test func microphonesAreJoined() throws {
        func piece(_ stream: Int64, _ seconds: Double, _ count: Int64, first: Int64 = 0)
            -> SoundTrack.Piece
        {
            SoundTrack.Piece(
                stream: stream, firstIndex: first, count: count, position: first, silence: 0,
                time: Instant(nanoseconds: Int64(seconds * 1e9)), period: 1e6, bound: 1)
        }
        func track(_ name: String, _ pieces: [SoundTrack.Piece], rate: Int = 1000) -> SoundTrack {
            SoundTrack(name: name, rate: rate, pieces: pieces)
        }
        let first = track("a", [piece(1, 10, 500), piece(1, 10.5, 1500, first: 500)])
        let second = track("b", [piece(2, 11.5, 2000)])
        let third = track("c", [piece(3, 14, 1000), piece(3, 15, 1000, first: 1000)])
        let hidden = track("d", [piece(4, 12.2, 300)])
        let other = track("e", [piece(5, 9, 800)], rate: 800)
        let joined = try #require(SoundTrack.joining([third, hidden, second, other, first]))
        #expect(joined.name == "a+b+d+c" && joined.rate == 1000)
        #expect(joined.pieces.map(\.stream) == [1, 1, 2, 3, 3])
        // The second microphone's first half second is the first one's.
        #expect(joined.pieces.map(\.firstIndex) == [0, 500, 500, 0, 1000])
        #expect(joined.pieces.map(\.count) == [500, 1500, 1500, 1000, 1000])
        // From 13.5 to 14 s nobody recorded.
        #expect(joined.pieces.map(\.position) == [0, 500, 2000, 4000, 5000])
        #expect(joined.pieces.map(\.silence) == [0, 0, 0, 500, 0])
        for position in stride(from: Int64(0), to: 3500, by: 250) {
            #expect(joined.time(of: position).nanoseconds == 10_000_000_000 + position * 1_000_000)
        }
        #expect(SoundTrack.joining([second]) == second)
        #expect(SoundTrack.joining([]) == nil)
    }

    @Test func headersAreThoseOfWAV() {
        let header = WaveHeader(rate: 48_000, samples: 1000)
        #expect(header.bytes.count == 44 && header.fileBytes == 2044)
        #expect(Array(header.bytes[0..<4]) == Array("RIFF".utf8))
        #expect(header.bytes[4..<8] == [0xF4, 0x07, 0, 0])
        #expect(header.bytes[40..<44] == [0xD0, 0x07, 0, 0])
        #expect(WaveHeader(rate: 8000, samples: .max / 4).fileBytes <= Int64(UInt32.max) + 8)
    }
}
