import Reports
import SessionStore
import Testing
import Timebase

@testable import Export

@Suite struct NamesAndTimesTests {
    @Test func namesThatCollideAreMadeUnique() {
        var names = ColumnNames(taken: ["t_ns", "sample_index"])
        #expect(names.column("ECG lead 1") == "ecg_lead_1")
        #expect(names.column("ECG lead 2") == "ecg_lea2_2")
        #expect(names.column("ECG lead 3") == "ecg_lea3_3")
        #expect(names.column("t_ns") == "t_ns2")
        #expect(names.column("Sample Index") == "sample_2ndex")
        #expect(names.column("9µV") == "c_9_v")
        #expect(names.column("心拍") == "channel")
        #expect(names.column("") == "channel2")
        #expect(names.column(String(repeating: "x", count: 99)).count == 32)
        #expect(names.channel("heartRate") == ("heart_rate", "heart_r_raw"))
        #expect(names.channel("heart_rate_2") == ("heart_2ate_2", "heart_2_raw"))
    }

    @Test func manyAlikeNamesStayUnique() {
        var names = ColumnNames()
        var keys: Set<Substring> = []
        for number in 0..<1500 {
            let (physical, raw) = names.channel("temperature_\(number % 7)")
            #expect(keys.insert(physical.prefix(8)).inserted)
            #expect(keys.insert(raw.prefix(8)).inserted)
            #expect(physical.count <= 32 && raw.count <= 32)
        }
    }

    @Test func fileNamesStayInTheirDirectory() {
        #expect(
            ColumnNames.files(["../../etc/passwd", "a", "A", "a_2", "..", "/", "1"])
                == ["etc_passwd", "a", "a_2", "a_2_2", "stream", "stream_2", "1"])
    }

    @Test(arguments: [
        (Int64(0), "1970-01-01T00:00:00.000Z"), (-1, "1969-12-31T23:59:59.999Z"),
        (951_782_400_000_000_000, "2000-02-29T00:00:00.000Z"),
        (4_107_542_399_999_999_999, "2100-02-28T23:59:59.999Z"),
        (1_795_253_400_250_999_999, "2026-11-21T09:30:00.250Z"),
        (.max, "2262-04-11T23:47:16.854Z"), (.min, "1677-09-21T00:12:43.145Z"),
    ])
    func calendar(nanoseconds: Int64, text: String) {
        #expect(CalendarTime(nanosecondsSince1970: nanoseconds).text == text)
    }

    @Test func theWallClockStepsWhereATripleTellsIt() {
        let description = SessionDescription(
            identifier: "x", kind: .chat, study: "s", participant: "p", station: "st",
            softwareVersion: "0", bootIdentifier: "b", started: Instant(nanoseconds: 1_000),
            startedRealtime: 5_000)
        func triple(_ monotonic: Int64, _ realtime: Int64) -> RecordedTriple {
            RecordedTriple(
                triple: TimeTriple(
                    monotonic: Instant(nanoseconds: monotonic), boottime: 0, realtime: realtime,
                    uncertainty: 10), cause: "periodic")
        }
        let none = UTCClock(description, [])
        #expect(none.realtime(Instant(nanoseconds: 1_500)) == 5_500)
        let clock = UTCClock(
            description, [triple(1_000, 5_000), triple(2_000, 6_015), triple(3_000, 9_000)])
        for (time, expected) in [(0, 4_000), (2_500, 6_500), (2_999, 6_999), (3_000, 9_000)] {
            #expect(clock.realtime(Instant(nanoseconds: Int64(time))) == Int64(expected))
        }
        #expect(clock.realtime(Instant(nanoseconds: .max)) == .max)
        let far = UTCClock(description, [triple(.max, .min), triple(.min, .max)])
        _ = far.realtime(Instant(nanoseconds: 0))
    }

    @Test func numbersForPeople() {
        #expect(ReadableNumber.grouped(-1_234_567) == "-1,234,567")
        #expect(ReadableNumber.grouped(.min) == "-9,223,372,036,854,775,808")
        #expect(ReadableNumber.decimal(-0.0004, 3) == "0.000")
        #expect(ReadableNumber.decimal(999.9996, 3) == "1,000.000")
        #expect(ReadableNumber.size(999) == "999 bytes")
        #expect(ReadableNumber.size(999_960) == "1.0 MB")
        #expect(ReadableNumber.duration(3_723_000_000_000) == "1:02:03")
        #expect(ReadableNumber.duration(187_540_000_000) == "3:07.5")
        var table = TextTable([.left("a"), .right("n")])
        table.append(["漢字", "1"])
        table.append(["\u{1B}[31mx", "22"])
        #expect(table.lines == ["a        n", "漢字     1", "\u{FFFD}[31mx  22"])
    }
}
