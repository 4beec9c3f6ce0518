import SessionStoreTestSupport
import SystemCalls
import TestSupport
import Testing
import Timebase

@testable import SessionStore

/// Windows, overviews and conversions between time and index, against plain arrays.
@Suite struct WindowTests {
    /// Each random session is looked at while it records, stopped, and finished.
    private func forEachForm(
        _ body: (SessionReader, SessionModel, inout SeededGenerator, Comment) throws -> Void
    ) throws {
        // The first one has a window that ends at a sample whose pixel is rounded across the end.
        for seed in [10_604_275_211_724_307_887, UInt64.random(in: 1...UInt64.max)] {
            print("WindowTests seed \(seed)")
            let directory = try TemporaryDirectory()
            let path = directory.file("s.attune")
            var random = SeededGenerator(seed: ~seed)
            var model = SessionModel(seed: seed)
            var writer = try SessionWriter.create(
                at: path, description: model.description, streams: model.descriptions)
            for batch in 0..<70 {
                try writer.commit(model.next())
                // Resumed now and then, so that the pyramid's ends are rebuilt.
                if batch % 17 == 16 {
                    try writer.close()
                    writer = try SessionWriter.open(at: path).writer
                }
            }
            let reader = try SessionReader.open(at: path)
            try body(reader, model, &random, "recording, seed \(seed)")
            try reader.close()
            try writer.commit(model.stop())
            try writer.close()
            _ = try SessionFinisher(path: path, isAligning: false).run()
            try body(try SessionReader.open(at: path), model, &random, "finished, seed \(seed)")
        }
    }

    /// A moment of a stream: anywhere, at a sample, or one nanosecond beside one.
    private func moment(_ times: [Instant], _ random: inout SeededGenerator) -> Instant {
        let place = Int.random(in: 0..<times.count, using: &random)
        switch Int.random(in: 0..<4, using: &random) {
        case 0:
            return Instant(
                nanoseconds: Int64.random(
                    in: times[0].nanoseconds - 1_000_000_000...times[times.count - 1].nanoseconds
                        + 1_000_000_000, using: &random))
        case 1: return times[place]
        default: return times[place] + Int64.random(in: -1...1, using: &random)
        }
    }

    @Test func windowsHoldExactlyTheirSamples() throws {
        try forEachForm { reader, model, random, place in
            for stream in model.streams {
                let id = stream.description.id
                let times = stream.times
                for _ in 0..<60 {
                    let a = moment(times, &random)
                    let b = moment(times, &random)
                    let (from, to) = (min(a, b), max(a, b))
                    let window = try reader.window(id, from: from, to: to)
                    let first = times.firstIndex { $0 >= from } ?? times.count
                    let end = times.firstIndex { $0 >= to } ?? times.count
                    #expect(window.times == Array(times[first..<max(first, end)]), place)
                    if first < end { #expect(window.firstIndex == Int64(first), place) }
                    #expect(
                        window.columns.map(\.bits)
                            == stream.columns.map { $0.part(first..<max(first, end)).bits }, place)
                }
            }
        }
    }

    @Test func timeAndIndexGoBackAndForth() throws {
        try forEachForm { reader, model, random, place in
            for stream in model.streams {
                let id = stream.description.id
                let times = stream.times
                // Both sides of each seam, both ends, and anywhere.
                var indices = stream.segments.flatMap { [$0.firstIndex - 1, $0.firstIndex] }
                indices += [-1, 0, Int64(times.count) - 1, Int64(times.count), .max, .min]
                indices += (0..<20).map { _ in
                    Int64.random(in: 0..<Int64(times.count), using: &random)
                }
                for index in indices {
                    let expected =
                        index >= 0 && index < Int64(times.count) ? times[Int(index)] : nil
                    #expect(try reader.time(of: index, in: id) == expected, place)
                    guard let expected else { continue }
                    for time in [expected + -1, expected, expected + 1] {
                        #expect(
                            try reader.index(atOrAfter: time, in: id)
                                == times.firstIndex { $0 >= time }.map { Int64($0) }, place)
                    }
                }
                let range = try reader.timeRange(of: id)
                #expect(range?.first == times.first && range?.last == times.last, place)
                let late = times[times.count - 1] + 1
                #expect(try reader.index(atOrAfter: late, in: id) == nil, place)
            }
        }
    }

    @Test func overviewsMatchTheSamples() throws {
        try forEachForm { reader, model, random, place in
            for stream in model.streams {
                for channel in stream.columns.indices {
                    let times = stream.times
                    let values = stream.columns[channel].numbers.map { Float($0) }
                    try overview(
                        reader, stream.description.id, channel, times, values, from: times[0],
                        to: times[times.count - 1] + 1, pixels: 1, place)
                    for pixels in [2, 7, 40, 500, 5000] {
                        let a = moment(times, &random)
                        let b = moment(times, &random)
                        if a == b { continue }
                        try overview(
                            reader, stream.description.id, channel, times, values, from: min(a, b),
                            to: max(a, b), pixels: pixels, place)
                    }
                }
            }
        }
    }

    private func overview(
        _ reader: SessionReader, _ stream: Int64, _ channel: Int, _ times: [Instant],
        _ values: [Float], from: Instant, to: Instant, pixels: Int, _ place: Comment
    ) throws {
        let overview = try reader.overview(
            stream, channel: channel, from: from, to: to, pixels: pixels)
        #expect(overview.minimum.count == pixels && overview.maximum.count == pixels, place)
        let width = Double(to - from) / Double(pixels)
        // Every number of the window, by pixel.
        var inside = [[Float]](repeating: [], count: pixels)
        for (time, value) in zip(times, values) where time >= from && time < to && !value.isNaN {
            let pixel = min(Int(Double(time - from) / width), pixels - 1)
            inside[pixel].append(value)
        }
        let all = inside.flatMap { $0 }
        #expect(
            overview.minimum.filter { !$0.isNaN }.min() == all.min(), place)
        #expect(
            overview.maximum.filter { !$0.isNaN }.max() == all.max(), place)
        for pixel in 0..<pixels {
            let near = max(0, pixel - 1)...min(pixels - 1, pixel + 1)
            let low = overview.minimum[pixel]
            let high = overview.maximum[pixel]
            #expect(low.isNaN == high.isNaN, place)
            // What is drawn is there, at most a pixel away.
            if !low.isNaN {
                #expect(near.contains { inside[$0].contains(low) }, place)
                #expect(near.contains { inside[$0].contains(high) }, place)
            }
            // What is there is drawn, at most a pixel away.
            if let least = inside[pixel].min(), let most = inside[pixel].max() {
                #expect(near.contains { overview.minimum[$0] <= least }, place)
                #expect(near.contains { overview.maximum[$0] >= most }, place)
            }
        }
    }

    /// A clock that is fitted anew every second, with a gap, a step ahead and a step back: buckets reach from
    /// one segment into the next.
    @Test func overviewsOfManySegmentsMatchTheSamples() throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("s.attune")
        var stream = StreamDescription(
            id: 1, name: "long", kind: "signal", nominalRate: 1000, clock: .counter)
        stream.channels = [ChannelDescription(name: "a")]
        let writer = try SessionWriter.create(
            at: path, description: SessionModel(seed: 1).description, streams: [stream])
        var random = SeededGenerator(seed: 22)
        var (values, times): ([Int64], [Instant]) = ([], [])
        var origin = 0.0
        for second in 0..<150 {
            let count = Int.random(in: 700...1300, using: &random)
            let period = Double.random(in: 995_000...1_005_000, using: &random)
            // Steps of the fits; a loss of 20 s; a clock that jumped by 0.3 s, and one that was put back.
            origin += Double.random(in: 0...400_000, using: &random)
            origin += [50: 20e9, 90: 0.3e9, 120: -0.4e6][second] ?? 0
            let segment = ClockSegment(
                firstIndex: Int64(values.count), lastIndex: Int64(values.count + count) - 1,
                origin: Instant(nanoseconds: Int64(origin)), period: period, bound: 1,
                method: "least-delay/1")
            let run = (0..<count).map { _ in Int64.random(in: -999...999, using: &random) }
            var batch = SessionBatch()
            batch.samples = [
                SampleRun(
                    stream: 1, firstIndex: segment.firstIndex, count: count,
                    columns: [.integers(run)],
                    packets: [SamplePacket(count: count, arrival: segment.origin)])
            ]
            batch.clockSegments = [StreamClockSegment(stream: 1, segment: segment)]
            try writer.commit(batch)
            times += (segment.firstIndex...segment.lastIndex).map { segment.time(of: $0) }
            values += run
            origin += Double(count) * period
        }
        try writer.commit(SessionModel(seed: 1).stop())
        try writer.close()
        _ = try SessionFinisher(path: path, isAligning: false).run()
        let reader = try SessionReader.open(at: path)
        defer { try? reader.close() }
        let end = times[times.count - 1] + 1
        for pixels in [1, 2, 5, 30, 100, 400, 1000, 5000] {
            for (from, to) in [
                (times[0], end), (times[40_000], times[60_000]), (times[49_000], times[52_000]),
                (times[0] + Int64(-5_000_000_000), end + 5_000_000_000),
            ] {
                try overview(
                    reader, 1, 0, times, values.map { Float($0) }, from: from, to: to,
                    pixels: pixels, "\(pixels) pixels from \(from)")
            }
        }
        // What lies in the gap stays empty.
        let gap = zip(times, times.dropFirst()).max { $0.1 - $0.0 < $1.1 - $1.0 }
        let hole = try #require(gap)
        let overview = try reader.overview(
            1, channel: 0, from: hole.0, to: hole.1, pixels: 100)
        #expect(!overview.minimum[2..<98].contains { !$0.isNaN })
    }

    /// A long stream, so that the upper levels of the pyramid are used: few rows are read.
    @Test func longOverviewsComeFromThePyramid() throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("s.attune")
        let description = SessionModel(seed: 1).description
        var stream = StreamDescription(
            id: 1, name: "long", kind: "signal", nominalRate: 1000, clock: .counter)
        stream.channels = [ChannelDescription(name: "a")]
        let writer = try SessionWriter.create(at: path, description: description, streams: [stream])
        var random = SeededGenerator(seed: 21)
        var values: [Int64] = []
        for _ in 0..<40 {
            let run = (0..<5000).map { _ in Int64.random(in: -999...999, using: &random) }
            var batch = SessionBatch()
            batch.samples = [
                SampleRun(
                    stream: 1, firstIndex: Int64(values.count), count: run.count,
                    columns: [.integers(run)],
                    packets: [
                        SamplePacket(
                            count: run.count,
                            arrival: Instant(nanoseconds: Int64(values.count) * 1_000_000))
                    ])
            ]
            values += run
            batch.clockSegments = [
                StreamClockSegment(
                    stream: 1,
                    segment: ClockSegment(
                        firstIndex: 0, lastIndex: Int64(values.count) - 1,
                        origin: Instant(nanoseconds: 0), period: 1_000_000, bound: 1,
                        method: "least-delay/1"))
            ]
            try writer.commit(batch)
        }
        try writer.commit(SessionModel(seed: 1).stop())
        try writer.close()
        for form in ["stopped", "finished"] {
            if form == "finished" { _ = try SessionFinisher(path: path, isAligning: false).run() }
            let reader = try SessionReader.open(at: path)
            for pixels in [1, 3, 10, 100, 1000, 3000] {
                let end = Instant(nanoseconds: 200_000_000_000)
                let overview = try reader.overview(
                    1, channel: 0, from: Instant(nanoseconds: 0), to: end, pixels: pixels)
                #expect(overview.minimum.min() == values.min().map { Float($0) })
                #expect(overview.maximum.max() == values.max().map { Float($0) })
                for pixel in 0..<pixels {
                    let size = Double(values.count) / Double(pixels)
                    // Within half a pixel on either side, and certainly the pixel's inner half.
                    let outer =
                        max(
                            0, Int((Double(pixel) - 0.5) * size))..<min(
                            values.count, Int((Double(pixel) + 1.5) * size) + 1)
                    #expect(overview.minimum[pixel] >= Float(values[outer].min() ?? 0))
                    #expect(overview.maximum[pixel] <= Float(values[outer].max() ?? 0))
                    let inner =
                        Int((Double(pixel) + 0.5) * size) - Int(size / 4)..<Int(
                            (Double(pixel) + 0.5) * size) + Int(size / 4)
                    if inner.isEmpty { continue }
                    #expect(overview.minimum[pixel] <= Float(values[inner].min() ?? 0))
                    #expect(overview.maximum[pixel] >= Float(values[inner].max() ?? 0))
                }
            }
            try reader.close()
        }
        // Spoiled samples are not even looked at: an overview of all reads whole buckets.
        try Compare.spoil(
            path, "UPDATE chunks SET data = zeroblob(3) WHERE first_index BETWEEN 1 AND 150000")
        let reader = try SessionReader.open(at: path)
        let overview = try reader.overview(
            1, channel: 0, from: Instant(nanoseconds: 0),
            to: Instant(nanoseconds: 131_072_000_000), pixels: 8)
        #expect(!overview.minimum.contains { $0.isNaN })
    }
}
