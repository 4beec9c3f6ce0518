import Foundation
import SessionStore
import TestSupport
import Testing
import Timebase

@testable import Import

/// Everything that XDF 1.0 has comes into a session, value by value.
@Suite struct XDFFormatTests {
    @Test(arguments: ["int8", "int16", "int32", "int64", "float32", "double64"])
    func numbersOfEachFormatComeExactly(format: String) throws {
        let whole: [Int64] =
            switch format {
            case "int8": [0, 1, -1, .init(Int8.min), .init(Int8.max)]
            case "int16": [0, -2, 300, .init(Int16.min), .init(Int16.max)]
            case "int32": [0, -2, 70_000, .init(Int32.min), .init(Int32.max)]
            default: [0, -2, 1 << 40, .min, .max]
            }
        let real: [Double] =
            format == "float32"
            ? [
                0, -0.0, 1.5, Double(Float.leastNonzeroMagnitude),
                -Double(Float.greatestFiniteMagnitude),
            ]
            : [0, -0.0, 0.1, .leastNonzeroMagnitude, -.greatestFiniteMagnitude]
        func bytes(_ place: Int) -> [UInt8] {
            switch format {
            case "int8": XDFBytes.little(Int8(whole[place]))
            case "int16": XDFBytes.little(Int16(whole[place]))
            case "int32": XDFBytes.little(Int32(whole[place]))
            case "int64": XDFBytes.little(whole[place])
            case "float32": XDFBytes.little(Float(real[place]).bitPattern)
            default: XDFBytes.little(real[place].bitPattern)
            }
        }
        var file = XDFBytes()
        file.header(7, name: "x", format: format, channels: 2, rate: 0)
        for (number, width) in [nil, 1, 4, 8].enumerated() {
            file.samples(
                7,
                (0..<5).map {
                    (50 + Double(number * 5 + $0), bytes($0) + bytes((2 * $0) % 5))
                }, width: width == 1 ? nil : width, countWidth: width)
        }
        file.footer(7, samples: 20)
        let session = try Imported([file.bytes], isChecked: !format.hasPrefix("double"))
        let window = try #require(session.windows["x"])
        #expect(window.columns.count == 3)
        for channel in 0..<2 {
            let places = (0..<20).map { channel == 0 ? $0 % 5 : (2 * ($0 % 5)) % 5 }
            switch window.columns[channel] {
            case .integers(let values): #expect(values == places.map { whole[$0] })
            case .reals(let values):
                #expect(values.map(\.bitPattern) == places.map { real[$0].bitPattern })
            }
        }
        #expect(session.times("x") == (0..<20).map { 50 + Double($0) })
        #expect(window.columns[2] == .reals((0..<20).map { 50 + Double($0) }))
        #expect(session.streams[0].channels.map(\.name) == ["ch1", "ch2", "lsl_time"])
    }

    @Test func textsBecomeEvents() throws {
        var file = XDFBytes()
        file.header(1, name: "marks", format: "string", channels: 2, rate: 0)
        file.samples(
            1,
            [
                (10, XDFBytes.text("go") + XDFBytes.text("1")),
                (nil, XDFBytes.text("äß\u{1F600}") + XDFBytes.text("")),
                (12.5, XDFBytes.text(String(repeating: "x", count: 300)) + XDFBytes.text("3")),
            ])
        let session = try Imported([file.bytes])
        #expect(session.events.map(\.kind) == ["marker", "marker", "marker"])
        #expect(
            session.events.map(\.time.nanoseconds) == [
                10_000_000_000, 10_000_000_000, 12_500_000_000,
            ])
        #expect(
            session.events[0].payload == #"{"lsl_time_s":10.0,"value":"go","values":["go","1"]}"#)
        #expect(session.events[1].payload == #"{"value":"äß😀","values":["äß😀",""]}"#)
        #expect(session.events[2].payload.contains(String(repeating: "x", count: 300)))
        #expect(session.streams.map(\.kind) == ["events"])
        #expect(session.events.allSatisfy { $0.stream == session.streams[0].id })
    }

    @Test func stampsThatAreNotGivenFollowFromTheRate() throws {
        var file = XDFBytes()
        file.header(1, name: "a", rate: 50)
        file.samples(
            1, (0..<200).map { ($0 % 100 == 0 ? 20 + Double($0) / 50 : nil, Self.double($0)) })
        let session = try Imported([file.bytes])
        let times = session.times("a")
        #expect(times.count == 200)
        for (place, time) in times.enumerated() {
            #expect(abs(time - (20 + Double(place) / 50)) < 0.2e-3)
        }
        // What the file does not say is not made up.
        let stamps = session.values("a", channel: 1)
        #expect(stamps[0] == 20 && stamps[100] == 22)
        #expect(stamps.count(where: \.isNaN) == 198)
    }

    @Test func clockOffsetsMoveTimesAndAreKept() throws {
        var file = XDFBytes()
        file.header(1, name: "a", rate: 0)
        for number in 0..<20 {
            let time = 100 + Double(number) * 5
            // A clock that is 100 ppm slow.
            file.offset(1, time, 7 + 100e-6 * (time - 100))
            file.samples(1, [(time + 1, Self.double(number))])
        }
        let session = try Imported([file.bytes])
        for (number, time) in session.times("a").enumerated() {
            let stamp = 101 + Double(number) * 5
            #expect(abs(time - (stamp + 7 + 100e-6 * (stamp - 100))) < 20e-6)
        }
        let reader = try SessionReader.open(at: session.path)
        let observations = try reader.clockObservations()
        try reader.close()
        #expect(observations.count == 20)
        #expect(observations[0].deviceTime == 100_000_000_000)
        #expect(observations[0].arrival.nanoseconds == 107_000_000_000)
        #expect(session.summary.streams[0].clockOffsets == 20)
    }

    @Test func aHeaderTellsChannelsUnitsAndIdentity() throws {
        var file = XDFBytes(
            header:
                "<info><version>1.0</version><datetime>2026-03-04T10:20:30+0100</datetime></info>")
        file.header(
            1, name: "My EEG/1", format: "float32", channels: 2, rate: 250,
            more: """
                <hostname>lab &amp; co</hostname><uid>u-1</uid><desc><channels>
                <channel><label>Cz</label><unit>microvolts</unit><type>EEG</type></channel>
                <channel><label>Cz</label><unit>mV</unit></channel></channels></desc>
                """)
        file.samples(
            1, [(5, XDFBytes.little(Float(1).bitPattern) + XDFBytes.little(Float(2).bitPattern))])
        file.footer(1, samples: 1)
        let session = try Imported([file.bytes])
        let stream = session.streams[0]
        #expect(stream.name == "My_EEG_1")
        #expect(stream.nominalRate == 250)
        #expect(stream.channels.map(\.name) == ["Cz", "Cz-2", "lsl_time"])
        #expect(stream.channels.map(\.unit) == ["uV", "mV", "s"])
        #expect(stream.source == "src")
        #expect(
            stream.deviceIdentity
                == #"{"host":"lab & co","name":"My EEG/1","source_id":"src","type":"Test","uid":"u-1"}"#
        )
        #expect(stream.profileText.contains("<label>Cz</label>"))
        #expect(session.summary.startedUtcNs == 1_772_616_030_000_000_000)
        #expect(session.notes("no clock offsets") == 1)
    }

    @Test func whatIsLeftOverIsTold() throws {
        var file = XDFBytes()
        file.header(1, name: "a")
        file.chunk(77, [1, 2, 3])
        file.numbers(1, 0..<10)
        file.chunk(77, Array(repeating: 9, count: 400))
        file.mark()
        file.samples(1, [])
        file.samples(9, [(1, Self.double(1))])
        file.footer(1, samples: 12)
        let session = try Imported([file.bytes])
        #expect(session.values("a") == (0..<10).map(Double.init))
        #expect(session.notes("2 chunks of the tag 77") == 1)
        #expect(session.notes("Its footer counts 12 samples, the file has 10: 2 are missing") == 1)
        #expect(session.notes("1 chunks of stream 9 cannot be read") == 1)
    }

    /// One whose header comes late, one with two headers of one number, and one that is told twice the same.
    @Test func headersMayComeLateAndTwice() throws {
        var file = XDFBytes()
        file.numbers(1, 0..<10)
        file.header(1, name: "late")
        file.numbers(1, 10..<20)
        file.header(1, name: "late")
        file.numbers(1, 20..<30)
        file.header(2, name: "first", rate: 0)
        file.samples(2, [(1001, Self.double(1))])
        file.header(2, name: "second", format: "int16", rate: 0)
        file.samples(2, [(1002, XDFBytes.little(Int16(2)))])
        let session = try Imported([file.bytes])
        #expect(session.values("late") == (0..<30).map(Double.init))
        #expect(session.values("first") == [1])
        #expect(session.values("second") == [2])
        #expect(session.notes("has two headers that differ") == 1)
    }

    @Test func strangeStampsDoNoHarm() throws {
        var file = XDFBytes()
        file.header(1, name: "regular", rate: 100)
        for block in 0..<10 {
            file.samples(
                1,
                (0..<100).map { place in
                    let number = block * 100 + place
                    var stamp = 1000 + Double(number) / 100
                    switch number {
                    case 150: stamp = .nan
                    case 250: stamp = .infinity
                    case 350: stamp = 1e300
                    case 450: stamp = -4
                    case 550: stamp += 5000
                    case 999: stamp = 3
                    default: break
                    }
                    return (stamp, Self.double(number))
                })
        }
        file.header(2, name: "irregular", rate: 0)
        file.samples(
            2,
            [1000.5, 1001, 1000.9, 900, 1002, 5e9, 1003, .nan, 1004].enumerated().map {
                ($1, Self.double($0))
            })
        let session = try Imported([file.bytes])
        #expect(session.values("regular") == (0..<1000).map(Double.init))
        for (place, time) in session.times("regular").enumerated() {
            #expect(abs(time - 1000 - Double(place) / 100) < 1e-3, "sample \(place)")
        }
        #expect(session.values("irregular") == (0..<9).map(Double.init))
        let times = session.times("irregular")
        #expect(times == times.sorted())
        #expect(times.allSatisfy { (1000...1005).contains($0) })
        #expect(session.notes("stamps are impossible or far from those around them") == 2)
    }

    /// A sender that was started anew counts from another beginning; its offsets tell.
    @Test func aClockThatBeginsAnewIsFollowed() throws {
        var file = XDFBytes()
        file.header(1, name: "a", rate: 100)
        for second in 0..<60 {
            // Recorder's time 5000 + second; the sender counts from 100, after 30 s from 7.
            let isLater = second >= 30
            let stamp = isLater ? 7 + Double(second - 30) : 100 + Double(second)
            if second % 5 == 0 { file.offset(1, stamp, 5000 + Double(second) - stamp) }
            if (26..<30).contains(second) { continue }
            file.numbers(1, 0..<100, from: stamp)
        }
        let session = try Imported([file.bytes])
        let times = session.times("a")
        #expect(times.count == 5600)
        for second in 0..<56 {
            let real = Double(second < 26 ? second : second + 4)
            #expect(abs(times[second * 100] - 5000 - real) < 1e-3, "second \(second)")
        }
        #expect(session.summary.streams[0].clockResets == 1)
        #expect(session.gaps.count == 1)
        #expect(session.gaps[0].gap.cause == .restart)
        #expect(session.gaps[0].gap.afterIndex == 2599)
        #expect(abs(session.gaps[0].gap.lost - 400) <= 1)
    }

    /// What came before the first comparison, on a clock that then began anew, does not move what was compared.
    @Test(arguments: [100.0, 0])
    func aLifeThatWasNeverComparedMovesNothing(rate: Double) throws {
        var file = XDFBytes()
        file.header(1, name: "a", rate: rate)
        for second in 0..<60 where !(20..<30).contains(second) {
            // Recorder's time 5000 + second; the sender counts from 9000, then from 7, and is compared from then on.
            let isLater = second >= 30
            let stamp = isLater ? 7 + Double(second - 30) : 9000 + Double(second)
            if isLater, second % 5 == 0 { file.offset(1, stamp, 5000 + Double(second) - stamp) }
            if rate > 0 {
                file.numbers(1, 0..<100, from: stamp)
            } else {
                file.samples(1, [(stamp, Self.double(second))])
            }
        }
        let session = try Imported([file.bytes])
        let times = session.times("a")
        let each = rate > 0 ? 100 : 1
        try #require(times.count == 50 * each)
        for second in 0..<30 {
            #expect(
                abs(times[(20 + second) * each] - 5030 - Double(second)) < 2e-3, "second \(second)")
        }
        // Right before, since nothing tells more.
        #expect(abs(times[20 * each - 1] - times[20 * each]) < 0.1)
        #expect(times == times.sorted() && abs(times[0] - 5030) < 20.1)
        #expect(session.summary.streams[0].clockResets == 1)
        #expect(session.notes("began anew before it was compared for the first time") == 1)
    }

    /// Without a rate a late stamp shows by the next one; events need no order.
    @Test func whatIsStampedLateIsNotPutLaterStill() throws {
        var file = XDFBytes()
        file.header(1, name: "a", rate: 0)
        file.samples(1, [10, 10.3, 10.125, 10.25, 10.5].map { ($0, Self.double(1)) })
        file.header(2, name: "t", format: "string", rate: 0)
        file.samples(2, [10.25, 10.125].map { ($0, XDFBytes.text("x")) })
        let session = try Imported([file.bytes])
        #expect(session.times("a") == [10, 10.125, 10.125, 10.25, 10.5])
        #expect(session.values("a", channel: 1) == [10, 10.3, 10.125, 10.25, 10.5])
        #expect(session.events.map(\.time.nanoseconds) == [10_125_000_000, 10_250_000_000])
        #expect(session.notes("1 samples are stamped later than the one behind") == 1)
    }

    /// A line through few samples of a low rate tells less than their own stamps.
    @Test func fewSamplesKeepTheirStamps() throws {
        var file = XDFBytes()
        file.header(1, name: "a", rate: 4)
        file.numbers(1, 0..<10, from: 100, step: 0.25)
        let session = try Imported([file.bytes])
        #expect(session.times("a") == (0..<10).map { 100 + Double($0) / 4 })
    }

    /// Jitter goes, what is missing stays missing.
    @Test func jitterIsTakenOffAndBreaksStay() throws {
        var file = XDFBytes()
        file.header(1, name: "a", rate: 250)
        var random = SeededGenerator(seed: 3)
        var real: [Double] = []
        for number in 0..<20_000 {
            if (8000..<8375).contains(number) { continue }
            real.append(300 + Double(number) / 250)
        }
        for block in stride(from: 0, to: real.count, by: 50) {
            file.samples(
                1,
                (block..<min(block + 50, real.count)).map {
                    (
                        real[$0] + -0.003 * log(1 - Double.random(in: 0..<1, using: &random)),
                        Self.double($0)
                    )
                })
            if block % 1000 == 0 { file.offset(1, real[block], 0) }
        }
        let session = try Imported([file.bytes])
        let times = session.times("a")
        let errors = zip(times, real).map { abs($0 - $1) }.sorted()
        #expect(errors.count == real.count)
        #expect(errors[errors.count / 2] < 0.1e-3)
        #expect(errors[errors.count * 99 / 100] < 0.3e-3)
        #expect(session.gaps.map(\.gap.afterIndex) == [7999])
        #expect(session.gaps.map(\.gap.lost) == [375])
        let bound = session.summary.streams[0].boundMs ?? 0
        #expect(bound > 0 && bound < 1)
    }

    /// Samples whose stamps are counted on from others' say nothing of the clock, wherever what is read at once ends.
    @Test func aLossAmongStampsThatAreNotGivenIsFoundWhereItIs() throws {
        var file = XDFBytes()
        file.header(1, name: "a", rate: 1000)
        var random = SeededGenerator(seed: 5)
        let real = (0..<60_000).filter { !(30_000..<30_500).contains($0) }
            .map { 300 + Double($0) / 1000 * (1 + 60e-6) }
        var block = 0
        while block < real.count {
            let end = min(block + Int.random(in: 100...900, using: &random), real.count)
            file.samples(
                1,
                (block..<end).map {
                    let late = -0.05e-3 * log(1 - Double.random(in: 0..<1, using: &random))
                    return ($0 == block || $0 == 30_000 ? real[$0] + late : nil, Self.double($0))
                })
            file.offset(1, real[block], 0)
            block = end
        }
        let session = try Imported([file.bytes])
        #expect(session.gaps.map(\.gap.afterIndex) == [29_999])
        #expect(session.gaps.map(\.gap.lost) == [500])
        let errors = zip(session.times("a"), real).map { abs($0 - $1) }
        #expect(errors.count == real.count && errors.max() ?? 1 < 0.5e-3)
        #expect(session.windows["a"]?.packets.count ?? 0 < 300)
    }

    @Test func stampsSince1970AreMovedWhereTheyFit() throws {
        var file = XDFBytes()
        file.header(1, name: "a", rate: 0)
        file.samples(
            1, [(1_790_000_000.25, Self.double(0)), (1_790_000_001.5, Self.double(1))])
        let session = try Imported([file.bytes])
        #expect(session.summary.startedUtcNs == 1_790_000_000_250_000_000)
        #expect(session.times("a") == [0.25, 1.5])
    }

    @Test func severalFilesBecomeOneSession() throws {
        var first = XDFBytes(
            header: "<info><datetime>2026-03-04T10:00:00Z</datetime></info>")
        first.header(1, name: "a", rate: 0)
        first.samples(1, [(100, Self.double(1)), (101, Self.double(2))])
        // The same clock, a minute later; and another clock, two minutes later.
        var second = XDFBytes(
            header: "<info><datetime>2026-03-04T10:01:00Z</datetime></info>")
        second.header(1, name: "a", rate: 0)
        second.samples(1, [(160, Self.double(3))])
        var third = XDFBytes(
            header: "<info><datetime>2026-03-04T10:02:00Z</datetime></info>")
        third.header(1, name: "b", rate: 0)
        third.samples(1, [(9000, Self.double(4))])
        let session = try Imported(
            [first.bytes, second.bytes, third.bytes], names: ["1.xdf", "2.xdf", "3.xdf"])
        #expect(session.times("a") == [100, 101])
        #expect(session.times("a-2") == [160])
        #expect(session.times("b") == [220])
        #expect(session.notes("another clock than the first file") == 1)
    }

    @Test func aDateThatIsGivenCounts() throws {
        var file = XDFBytes()
        file.header(1, name: "a")
        file.numbers(1, 0..<10)
        let session = try Imported([file.bytes], started: 1_700_000_000_000_000_000)
        #expect(session.summary.startedUtcNs == 1_700_000_000_000_000_000)
    }

    static func double(_ number: Int) -> [UInt8] { XDFBytes.little(Double(number).bitPattern) }
}
