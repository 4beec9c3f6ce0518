import Foundation
import Measures
import SessionStore
import Testing
import Timebase

@testable import Playback

@Suite struct SignalTests {
    @Test func aWindowHoldsWhatWasRecordedAndNothingInGaps() throws {
        let maker = try SessionMaker.whole()
        let timeline = try SessionTimeline(path: maker.path)
        let track = try #require(
            SignalTrack.all(of: timeline.streams).first { $0.title == "Electrocardiogram" })
        let windows = SignalWindows()
        let width: Int64 = 100_000_000
        let window = try windows.window(
            track, in: timeline, holding: SessionMaker.at(36), columnWidth: width, columns: 120)
        // Against the samples themselves.
        let samples = try timeline.reader.window(
            1, from: window.from, to: window.from + width * 120)
        let values = samples.physical(0)
        var low = [Double](repeating: .nan, count: 120)
        var high = low
        for (time, value) in zip(samples.times, values) {
            let column = Int((time - window.from) / width)
            low[column] = low[column] <= value ? low[column] : value
            high[column] = high[column] >= value ? high[column] : value
        }
        for column in 0..<120 {
            #expect(window.minimum[column].isNaN == low[column].isNaN, "\(column)")
            guard !low[column].isNaN else { continue }
            #expect(abs(window.minimum[column] - low[column]) < 1e-5)
            #expect(abs(window.maximum[column] - high[column]) < 1e-5)
        }
        let inside = (0..<120).filter {
            let start = window.from + Int64($0) * width
            return start > SessionMaker.at(39.996) && start + width < SessionMaker.at(44)
        }
        #expect(inside.count >= 38)
        for column in inside {
            #expect(window.minimum[column].isNaN && window.isGap[column])
        }
        #expect(window.isGap.count { $0 } <= 41)
    }

    @Test func columnsFinerThanSamplesAreJoinedButNotOverAGap() throws {
        let bpm = ChannelDescription(name: "pulse", unit: "bpm")
        let maker = try SessionMaker(streams: [
            SessionMaker.signal(1, "watch", rate: 1, channels: [bpm])
        ])
        var batch = SessionBatch()
        SessionMaker.piece(1, from: 0, rate: 1, columns: [Array(60...69)], into: &batch)
        SessionMaker.piece(
            1, from: 11, rate: 1, firstIndex: 10, columns: [Array(80...89)], into: &batch)
        batch.gaps = [
            StreamGap(
                stream: 1,
                gap: Gap(
                    cause: .inferred, afterIndex: 9, start: SessionMaker.at(9),
                    end: SessionMaker.at(11), lost: 1, lostBound: 1))
        ]
        try maker.writer.commit(batch)
        let timeline = try SessionTimeline(path: maker.path)
        let track = SignalTrack.all(of: timeline.streams)[0]
        #expect(track.role == .heartRate)
        let window = try SignalWindows().window(
            track, in: timeline, holding: SessionMaker.start, columnWidth: 100_000_000, columns: 200
        )
        func value(_ seconds: Double) -> Double {
            window.minimum[Int((SessionMaker.at(seconds) - window.from) / 100_000_000)]
        }
        #expect(value(3.5) == 63)
        #expect(value(9.5).isNaN)
        #expect(value(10.5).isNaN)
        #expect(value(11.5) == 80)
        // A single missing sample without a gap row is bridged up to two and a half periods only.
        var joined = SignalWindow(from: SessionMaker.start, columnWidth: 1_000_000_000, columns: 9)
        for column in [0, 2, 5, 8] { joined.minimum[column] = 1; joined.maximum[column] = 1 }
        joined.join(limit: 2_500_000_000)
        #expect(
            joined.minimum.map { !$0.isNaN } == [
                true, true, true, false, false, true, false, false, true,
            ])
    }

    @Test func aWindowIsTheSameHoweverOneComesThere() throws {
        let maker = try SessionMaker.whole()
        let timeline = try SessionTimeline(path: maker.path)
        for track in SignalTrack.all(of: timeline.streams) {
            let playing = SignalWindows()
            var last: SignalWindow?
            for step in 0...60 {
                last = try playing.window(
                    track, in: timeline, holding: SessionMaker.at(20 + Double(step) * 0.5),
                    columnWidth: 187_500_000, columns: 160)
            }
            let sought = try SignalWindows().window(
                track, in: timeline, holding: SessionMaker.at(50), columnWidth: 187_500_000,
                columns: 160)
            #expect(last.map(text) == text(sought), "\(track.title)")
        }
    }

    private func text(_ window: SignalWindow) -> [String] {
        zip(window.minimum, window.maximum).map { "\($0) \($1)" } + window.isGap.map { "\($0)" }
    }

    @Test(arguments: [48.0, 72, 133])
    func heartRateIsDerivedFromAnElectrocardiogram(bpm: Double) throws {
        let ecg = ChannelDescription(name: "a2", label: "ECG", unit: "mV", scale: 0.01)
        let maker = try SessionMaker(streams: [
            SessionMaker.signal(1, "bitalino", rate: 250, channels: [ecg])
        ])
        var batch = SessionBatch()
        let values = SessionMaker.electrocardiogram(seconds: 60, rate: 250, bpm: bpm)
        SessionMaker.piece(1, from: 0, rate: 250, columns: [values], into: &batch)
        try maker.writer.commit(batch)
        let timeline = try SessionTimeline(path: maker.path)
        let track = SignalTrack.all(of: timeline.streams)[0]
        #expect(track.title == "Heart rate, derived")
        let window = try SignalWindows().window(
            track, in: timeline, holding: SessionMaker.at(5), columnWidth: 250_000_000, columns: 180
        )
        for column in 0..<180 {
            #expect(abs(window.minimum[column] - bpm) < 2, "\(column)")
            #expect(abs(window.maximum[column] - bpm) < 2, "\(column)")
        }
    }

    @Test func noHeartRateComesFromNoiseOrAcrossAGap() throws {
        let maker = try SessionMaker.whole()
        let timeline = try SessionTimeline(path: maker.path)
        let track = SignalTrack.all(of: timeline.streams)[0]
        #expect(track.source == .peaks)
        let window = try SignalWindows().window(
            track, in: timeline, holding: SessionMaker.at(40.1), columnWidth: 100_000_000,
            columns: 38)
        #expect(window.extremes == nil)
        var tile = HeartbeatTile(number: 0)
        tile.find(
            in: [Double](repeating: 3, count: 1000),
            times: (0..<1000).map { Instant(nanoseconds: Int64($0) * 10_000_000) })
        #expect(tile.peaks.isEmpty)
        tile.find(in: [.nan], times: [Instant(nanoseconds: 0)])
        #expect(tile.peaks.isEmpty)
    }

    @Test func tracksAreFoundByUnitAndName() {
        func channel(_ name: String, _ unit: String, label: String = "") -> ChannelDescription {
            ChannelDescription(name: name, label: label, unit: unit)
        }
        let tracks = SignalTrack.all(of: [
            SessionMaker.signal(
                1, "all", rate: 10,
                channels: [
                    channel("light", "1"), channel("gsr", "ohm", label: "Skin resistance"),
                    channel("rr", "ms"), channel("ecg", "mV"),
                ])
        ])
        #expect(
            tracks.map(\.title) == ["Heart rate, from RR", "Skin resistance", "light", "ecg"])
        #expect(tracks[0].source == .intervals(scale: 1e-3))
        #expect(tracks[2].unit == "")
    }

    @Test func intervalsBecomeHeartRateAndFormulasAreApplied() throws {
        let rr = ChannelDescription(name: "rr", unit: "ms")
        let odd = ChannelDescription(
            name: "eda", unit: "µS", scale: 2, conversion: "reciprocal(numerator: 100)")
        let maker = try SessionMaker(streams: [
            SessionMaker.signal(1, "belt", rate: 1, channels: [rr, odd])
        ])
        var batch = SessionBatch()
        SessionMaker.piece(
            1, from: 0, rate: 1, columns: [[750, 0, 1000, 1000], [1, 2, 3, 4]], into: &batch)
        try maker.writer.commit(batch)
        let timeline = try SessionTimeline(path: maker.path)
        let windows = SignalWindows()
        let tracks = SignalTrack.all(of: timeline.streams)
        let heart = try windows.window(
            tracks[0], in: timeline, holding: SessionMaker.start, columnWidth: 1_000_000_000,
            columns: 4)
        #expect(heart.minimum.filter { !$0.isNaN }.first == 80)
        #expect(heart.extremes == 60...80)
        let skin = try windows.window(
            tracks[1], in: timeline, holding: SessionMaker.start, columnWidth: 1_000_000_000,
            columns: 4)
        #expect(skin.extremes == 12.5...50)
    }

    @Test func keysAreCountedByColumn() {
        let times = [0.0, 0.05, 0.1, 0.95, 1.0, -0.01].map { SessionMaker.at($0) }
        #expect(
            KeyDensity.counts(
                times, from: SessionMaker.start, columnWidth: 100_000_000, columns: 10)
                == [2, 1, 0, 0, 0, 0, 0, 0, 0, 1])
    }
}
