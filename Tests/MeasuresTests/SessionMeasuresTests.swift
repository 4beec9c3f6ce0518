import Foundation
import SessionStore
import Testing
import Timebase

@testable import Measures

@Suite struct SessionMeasuresTests {
    /// The values of a stretch by their names.
    private static func values(
        _ measures: SessionMeasures, _ from: Double, _ to: Double,
        _ kind: MeasureStretch.Kind = .window
    ) throws -> [String: MeasureValue] {
        let stretch = MeasureStretch(
            kind: kind, from: MeasuredSession.at(from), to: MeasuredSession.at(to))
        let values = try measures.values(of: stretch)
        let variables = SessionMeasures.variables(of: kind)
        try #require(values.count == variables.count)
        return Dictionary(uniqueKeysWithValues: zip(variables.map(\.name), values))
    }

    private static func real(_ value: MeasureValue?) -> Double {
        if case .real(let value)? = value { value } else { .nan }
    }

    @Test(arguments: [MeasureStretch.Kind.window, .phase("a"), .turn(1)])
    func namesAreThoseThatPackagesTake(kind: MeasureStretch.Kind) {
        let variables = SessionMeasures.variables(of: kind)
        #expect(Set(variables.map { $0.name.prefix(8) }).count == variables.count)
        for variable in variables {
            #expect(variable.name.count <= 32 && variable.name.first?.isLetter == true)
            #expect(
                variable.name.allSatisfy {
                    $0.isASCII && ($0.isLowercase || $0.isNumber || $0 == "_")
                })
            #expect(!variable.meaning.isEmpty)
        }
    }

    @Test func blocksLeaveNoTraceInTheBeats() throws {
        let session = try MeasuredSession()
        var finder = try #require(
            HeartbeatFinder(MeasuredSession.streams[0], channel: 0, interpolatedBelow: 0))
        let runs = try finder.runs(session.reader)
        #expect(runs.count == 2)
        let whole = try session.reader.window(
            1, channel: 0, from: MeasuredSession.start, to: MeasuredSession.at(300))
        let values = whole.physical(0)
        let edge = Int64(RPeaks.edge * 1e9)
        for (run, range) in zip(runs, [0..<50_000, 50_000..<values.count]) {
            let cleaned = try #require(RPeaks.clean(Array(values[range]), rate: 250))
            let peaks = RPeaks.find(in: cleaned, rate: 250).map {
                whole.times[range.lowerBound + $0]
            }
            .filter { run.range.lowerBound + edge <= $0 && $0 <= run.range.upperBound + -edge }
            #expect(run.peaks == peaks && peaks.count > 100)
        }
        // Electrodes the other way round: the signal's lowest places are the peaks.
        let cleaned = try #require(RPeaks.clean(Array(values[..<50_000]).map { -$0 }, rate: 250))
        #expect(RPeaks.isUpsideDown(RPeaks.excursions(of: cleaned[...], rate: 250)))
        let turned = RPeaks.choose(
            RPeaks.candidates(in: cleaned, rate: 250).map(\.turned), rate: 250)
        #expect(
            turned.compactMap(\.peak).map { whole.times[$0] }.filter {
                run(runs[0], contains: $0, edge)
            } == runs[0].peaks)
        // Blocks leave no trace, nor does what is kept for a session that grows.
        var short = finder
        short.length = 31
        #expect(try short.runs(session.reader, keeps: true) == runs)
        #expect(try short.runs(session.reader, keeps: true) == runs)
        // Between samples, peaks lie nearer to where the heart beat.
        var fine = try #require(
            HeartbeatFinder(MeasuredSession.streams[0], channel: 0, interpolatedBelow: 300))
        func error(_ runs: [HeartbeatFinder.Run]) -> Double {
            let found = runs.flatMap(\.peaks).map { $0.seconds(since: MeasuredSession.start) }
            let lags = found.map { peak in
                session.beats.map { peak - $0 }.min { $0.magnitude < $1.magnitude } ?? 0
            }
            let mean = lags.reduce(0, +) / Double(lags.count)
            return (lags.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(lags.count))
                .squareRoot()
        }
        #expect(try error(fine.runs(session.reader)) < error(runs) / 2)
    }

    private func run(_ run: HeartbeatFinder.Run, contains time: Instant, _ edge: Int64) -> Bool {
        run.range.lowerBound + edge <= time && time <= run.range.upperBound + -edge
    }

    @Test func belowItsFloorAMeasureIsMissingWithItsReasonAndItsRawValue() throws {
        let measures = try MeasuredSession().measures()
        let short = try Self.values(measures, 10, 30)
        #expect(short["rmssd"] == .missing && short["rmssd_why"] == .text("too-short"))
        #expect(Self.real(short["rmssd_raw"]) > 10 && Self.real(short["hr"]) > 60)
        let half = try Self.values(measures, 10, 41)
        #expect(half["rmssd"] == half["rmssd_raw"] && half["rmssd_why"] == .missing)
        #expect(half["sdnn"] == .missing && half["pnn50_why"] == .text("too-short"))
        let minute = try Self.values(measures, 5, 65)
        #expect(minute["hf"] == minute["hf_raw"] && Self.real(minute["hf"]) > 0)
        #expect(minute["lf"] == .missing && minute["lf_why"] == .text("too-short"))
        #expect(abs(Self.real(minute["hr_coverage_pct"]) - 100) < 1e-9)
        #expect(minute["hr_artefact_pct"] == .real(0))
        #expect(minute["hr_source"] == .text("ecg") && minute["hr_stream"] == .text("belt"))
        #expect(Self.real(try Self.values(measures, 5, 135)["lf"]) > 0)
        var settings = MeasureSettings()
        settings.floors.rmssd = 15
        settings.interpolatedBelow = 100
        let other = try Self.values(
            MeasuredSession().measures(SignalCorrections(), settings), 10, 30)
        #expect(other["rmssd"] == other["rmssd_raw"] && other["beat_times"] == .text("sample"))
    }

    @Test func intervalsComeFromWhatTheSessionHas() throws {
        let session = try MeasuredSession()
        let expected = HeartMeasures([session.beats.filter { (5..<65).contains($0) }])
        for (source, stream, rate, spread) in [
            (HeartSource.ppg, "finger", 0.2, 4.0), (.deviceIntervals, "strap", 0.3, 1.5),
        ] {
            var settings = MeasureSettings()
            settings.heartSource = source
            let values = try Self.values(
                session.measures(SignalCorrections(), settings), 5, 65)
            #expect(values["hr_source"] == .text(source.rawValue))
            #expect(values["hr_stream"] == .text(stream))
            #expect(abs(Self.real(values["hr"]) - (expected.rate ?? 0)) < rate, "\(source)")
            #expect(abs(Self.real(values["rmssd"]) - (expected.rmssd ?? 0)) < spread, "\(source)")
            #expect(values["hr_artefact_pct"] == .real(0), "\(source)")
        }
        // Blocks of a pulse wave leave no trace either.
        var finder = try #require(
            HeartbeatFinder(MeasuredSession.streams[3], channel: 0, method: .ppg))
        let whole = try finder.runs(session.reader)
        finder.length = 47
        #expect(try finder.runs(session.reader) == whole && whole[0].peaks.count > 350)
    }

    @Test func noMeasureReachesAcrossAGap() throws {
        let session = try MeasuredSession()
        let values = try Self.values(session.measures(), 180, 280)
        let truth = session.beats.filter { (180..<280).contains($0) }
        let known = [truth.filter { $0 < 199.68 }, truth.filter { $0 > 201.82 }]
        let expected = HeartMeasures(known)
        #expect(values["n_beats"] == .integer(Int64(known[0].count + known[1].count)))
        #expect(abs(Self.real(values["rmssd"]) - (expected.rmssd ?? 0)) < 1)
        #expect(abs(Self.real(values["sdnn"]) - (expected.sdnn ?? 0)) < 0.5)
        #expect((96..<98.5).contains(Self.real(values["hr_coverage_pct"])))
        // One stretch of filter over both sides makes a response out of the step.
        let skin = try session.reader.window(
            2, channel: 0, from: MeasuredSession.start, to: MeasuredSession.at(300))
        let across = SkinComponents(skin.physical(0), rate: 10, cleans: true)
        let phantom = SkinResponse.all(in: across.phasic, share: 0).filter {
            skin.times[$0.peak] > MeasuredSession.at(140)
        }
        #expect((phantom.compactMap(\.amplitude).max() ?? 0) > 0.3)
        let quiet = try Self.values(session.measures(), 140, 300)
        #expect(quiet["scr_n"] == .integer(0) && quiet["relscr_n"] == .integer(0))
        #expect((70..<80).contains(Self.real(quiet["eda_coverage_pct"])))
        #expect(abs(Self.real(quiet["scl"]) - 5.9) < 0.1)
    }

    @Test func responsesOfTheSkinAreToldWithWhatLiesBesideThem() throws {
        let session = try MeasuredSession()
        let rest = try Self.values(session.measures(), 5, 70, .phase("rest"))
        // The filter's rebound behind each of the two is more than a tenth of it, and less than 0.05 µS.
        #expect(rest["scr_n"] == .integer(2) && rest["relscr_n"] == .integer(4))
        #expect((0.2..<0.32).contains(Self.real(rest["scr_amplitude"])))
        #expect(rest["scr_threshold"] == .real(0.05) && rest["typing_scr_n"] == .integer(0))
        #expect(rest["drest_scl"] != .missing && rest["resp_stream"] == .text("chest"))
        #expect(abs(Self.real(rest["resp"]) - 15) < 0.05)
        // The message stood there at 132 s; the response begins at 134, keys come at 136.
        let turn = try Self.values(session.measures(), 132, 142, .turn(2))
        #expect((0.2..<0.32).contains(Self.real(turn["evscr"])))
        #expect(turn["evscr_typing"] == .integer(0) && turn["evscr_shared"] == .integer(0))
        #expect(turn["nn_raw"] != .missing && turn["dprev_nn"] != .missing)
        #expect(turn["drest_nn"] != .missing && turn["dtype_nn"] != .missing)
    }

    @Test func writingAndSuggestionsAreToldByTheirEvents() throws {
        let session = try MeasuredSession()
        let measures = try session.measures()
        let stretches = try session.plan().turnStretches
        #expect(stretches.map(\.to) == [142, 142, 290].map { MeasuredSession.at($0) })
        let turn = try Self.values(measures, 132, 142, .turn(2))
        for (name, value) in [
            ("first_key_ms", 4000.0), ("send_ms", 6000), ("press_ms", 200), ("pause_ms", 3200),
            ("accept_ms", 2000), ("suggested_pct", 50), ("burst_length", 5),
        ] { #expect(abs(Self.real(turn[name]) - value) < 1e-6, "\(name)") }
        for (name, value) in [
            ("key_presses", 10), ("pauses", 1), ("bursts", 2), ("edits", 10), ("chars", 19),
            ("words", 4), ("sentences", 2), ("shown_suggestions", 3), ("inserted_suggestions", 1),
        ] { #expect(turn[name] == .integer(Int64(value)), "\(name)") }
        #expect(turn["use_class"] == .text("slight-modification"))
        let chat = try Self.values(measures, 130, 290, .phase("chat"))
        #expect(chat["messages"] == .integer(1) && chat["edited_n"] == .integer(1))
        #expect(chat["accepted_n"] == .integer(0) && chat["ignored_n"] == .integer(0))
        #expect(Self.real(chat["reply_ms"]) == 9000 && Self.real(chat["suggested_pct"]) == 50)
    }

    @Test func whatIsNotAgreedToIsMissing() throws {
        let session = try MeasuredSession()
        let none = try Self.values(session.measures(shows: { _ in false }), 5, 65)
        let known = none.filter { $0.value != .missing }.map(\.key)
        #expect(
            Set(known) == [
                "window_s", "hr_why", "rmssd_why", "sdnn_why", "pnn50_why", "hf_why", "lf_why",
                "scl_why", "scr_why", "resp_why",
            ])
        #expect(none["hr_why"] == .text("withheld") && none["resp_why"] == .text("withheld"))
        let silent = try Self.values(session.measures(shows: { $0 != .turns }), 130, 290)
        #expect(silent["chars"] == .missing && silent["edits"] == .integer(10))
        #expect(silent["suggested_pct"] == .missing && silent["hr"] != .missing)
    }

    @Test func correctionsOfPeopleCount() throws {
        let session = try MeasuredSession()
        func annotation(_ id: Int64, _ kind: AnnotationKind, _ from: Double, _ to: Double?)
            -> Annotation
        {
            var state = AnnotationChange(
                change: "c\(id)", annotation: "\(id)", action: .add, layer: "signals", kind: kind,
                code: "")
            state.stream = 1
            state.start = MeasuredSession.at(from)
            state.end = to.map { MeasuredSession.at($0) }
            return Annotation(
                id: id, madeRealtime: 0, softwareVersion: "0.1", actor: "r", state: state)
        }
        let beat = session.beats[40]
        let corrections = SignalCorrections(
            [annotation(3, .artefact, 10, 20), annotation(4, .noBeat, beat + 0.003, nil)],
            reviewVersion: 7)
        let plain = try Self.values(session.measures(), 5, 65)
        let values = try Self.values(session.measures(corrections), 5, 65)
        #expect(values["review_version"] == .integer(7) && plain["review_version"] == .integer(0))
        #expect((81..<84).contains(Self.real(values["hr_coverage_pct"])))
        // The beat that was taken away is one that the correction finds missing, and puts back.
        #expect(
            Self.real(values["hr_artefact_pct"]) > 0 && values["sdnn_why"] == .text("too-short"))
        let beats = try session.measures(corrections).heartbeats().flatMap { $0 }
        #expect(
            beats.contains { abs($0 - beat) < 0.05 } && !beats.contains { (10.0...20).contains($0) }
        )
    }
}
