import Foundation
import SessionStore
import TestSupport
import Testing
import Timebase

@testable import Import

/// Broken files: never a crash, and what is whole comes in.
@Suite struct XDFDamageTests {
    /// Two streams, chunk by chunk; which numbers each chunk of samples holds.
    private static func file() -> (bytes: XDFBytes, chunks: [(start: Int, numbers: Range<Int>)]) {
        var file = XDFBytes()
        file.header(1, name: "a", rate: 100)
        file.header(2, name: "t", format: "string", rate: 0)
        var chunks: [(Int, Range<Int>)] = []
        for block in 0..<12 {
            let numbers = block * 20..<block * 20 + 20
            file.numbers(1, numbers)
            chunks.append((file.starts.last ?? 0, numbers))
            file.samples(2, [(1000 + Double(block), XDFBytes.text("text \(block)"))])
            if block % 3 == 0 { file.offset(1, 1000 + Double(block), 0) }
            if block % 4 == 3 { file.mark() }
        }
        file.footer(1, samples: 240)
        return (file, chunks)
    }

    /// How many samples of the first stream lie wholly before a place: before them stand length, tag, number and count
    /// with 10 bytes, and each has 17.
    private static func whole(
        _ chunks: [(start: Int, numbers: Range<Int>)], before end: Int
    ) -> Int {
        guard let last = chunks.last(where: { $0.start + head <= end }) else { return 0 }
        return last.numbers.lowerBound + min(20, (end - last.start - head) / 17)
    }

    private static let head = 13

    @Test func aFileMayEndAnywhere() throws {
        let directory = try TemporaryDirectory("cut")
        let (file, chunks) = Self.file()
        for end in file.starts[3]...file.bytes.count {
            let read = try Reading(Array(file.bytes[..<end]), at: directory.file("a.xdf"))
            // All samples that are wholly there, those of the last chunk as well, and nothing else.
            let wanted = (0..<Self.whole(chunks, before: end)).map(Double.init)
            #expect(read.values[1] ?? [] == wanted, "cut at \(end)")
            #expect(read.stamps[1] ?? [] == wanted.map { 1000 + $0 * 0.01 }, "cut at \(end)")
        }
        for end in stride(from: file.starts[3] + 60, to: file.bytes.count, by: 397) {
            let session = try Imported([Array(file.bytes[..<end])])
            #expect(
                session.values("a") == (0..<Self.whole(chunks, before: end)).map(Double.init),
                "cut at \(end)")
        }
    }

    /// Zeros read as samples of zeros without stamps. Where they stand over several chunks, from the number of the
    /// first one's samples on, none of them is one.
    @Test(arguments: [0, 3, 8])
    func whatIsOverwrittenWithZerosIsNoSample(behind: Int) throws {
        let directory = try TemporaryDirectory("zeros")
        var file = XDFBytes()
        file.header(1, name: "a", rate: 100)
        var starts: [Int] = []
        for block in 0..<12 {
            let numbers = block * 20..<block * 20 + 20
            starts.append(file.bytes.count)
            file.samples(
                1,
                numbers.map {
                    let stamp = $0 % 20 == 0 ? 1000 + Double($0) * 0.01 : nil
                    return (stamp, XDFBytes.little(Double($0 + 1).bitPattern))
                })
        }
        var bytes = file.bytes
        // Behind length, tag and number of the stream.
        for place in starts[5] + 8..<starts[8] + 60 + behind { bytes[place] = 0 }
        let read = try Reading(bytes, at: directory.file("a.xdf"))
        let found = read.values[1] ?? []
        #expect(found.prefix(100) == (1...100).map(Double.init)[...])
        #expect(found.suffix(60) == (181...240).map(Double.init)[...])
        #expect(!found.contains(0), "\(found.count { $0 == 0 }) samples of zeros")
    }

    @Test func anyByteMayBeWrong() throws {
        let directory = try TemporaryDirectory("byte")
        let (file, chunks) = Self.file()
        let all = (0..<240).map(Double.init)
        var random = SeededGenerator(seed: 11)
        for place in file.starts[3]..<file.bytes.count {
            var bytes = file.bytes
            bytes[place] ^= UInt8.random(in: 1...255, using: &random)
            let read = try Reading(bytes, at: directory.file("a.xdf"))
            var found = read.values[1] ?? []
            if let chunk = chunks.last(where: { $0.start + Self.head <= place }),
                place < chunk.start + Self.head + 20 * 17,
                (place - chunk.start - Self.head) % 17 > 8, found.count == 240
            {
                // A byte of a value: nothing tells that it is wrong.
                let sample = chunk.numbers.lowerBound + (place - chunk.start - Self.head) / 17
                found[sample] = Double(sample)
            }
            // A number that a stream without a header may have is taken for one.
            let other = chunks.first { $0.start + 7 == place && (3...18).contains(bytes[place]) }
            let wanted = all.filter { !(other?.numbers.contains(Int($0)) ?? false) }
            #expect(found == wanted, "byte \(place) of \(bytes[place]): \(found.count)")
        }
        for place in stride(from: file.starts[3], to: file.bytes.count, by: 397) {
            var bytes = file.bytes
            bytes[place] ^= 0xA5
            #expect(try Imported([bytes]).values("a").count >= 239, "byte \(place)")
        }
    }

    /// How many of the samples that were read are none of those that were written, or out of their order.
    private static func strangers(_ found: [Double]) -> Int {
        var last = -1.0
        return found.count { value in
            guard value == value.rounded(), (0..<240).contains(value), value > last else {
                return true
            }
            last = value
            return false
        }
    }

    @Test func whatIsInsertedAndRemovedCostsLittle() throws {
        let directory = try TemporaryDirectory("moved")
        let (file, _) = Self.file()
        var random = SeededGenerator(seed: 12)
        let all = Set((0..<240).map(Double.init))
        for place in file.starts[3]..<file.bytes.count - 300 {
            var inserted = file.bytes
            inserted.insert(
                contentsOf: (0..<50).map { _ in UInt8.random(in: 0...255, using: &random) },
                at: place)
            let more = try Reading(inserted, at: directory.file("a.xdf")).values[1] ?? []
            // The one sample that something is put into may be taken for one.
            #expect(Self.strangers(more) <= 1, "inserted at \(place)")
            #expect(all.intersection(more).count >= 220, "inserted at \(place)")
            var removed = file.bytes
            removed.removeSubrange(place..<place + 40)
            let less = try Reading(removed, at: directory.file("a.xdf")).values[1] ?? []
            #expect(Self.strangers(less) <= 1, "removed at \(place)")
            #expect(all.intersection(less).count >= 199, "removed at \(place)")
        }
        for place in stride(from: file.starts[3], to: file.bytes.count - 300, by: 397) {
            var removed = file.bytes
            removed.removeSubrange(place..<place + 40)
            #expect(try Imported([removed]).values("a").count >= 199, "removed at \(place)")
        }
    }

    /// A wrong number of a stream stands alone; a stream without a header does not, and is no part of another.
    @Test func chunksOfAStreamWithoutAHeaderStayApart() throws {
        let directory = try TemporaryDirectory("stray")
        var file = XDFBytes()
        file.header(1, name: "a", rate: 100)
        for block in 0..<3 {
            file.numbers(1, block * 20..<block * 20 + 20)
            file.numbers(7, 100..<120)
        }
        file.numbers(200, 60..<80)
        file.numbers(9, 100..<120)
        let read = try Reading(file.bytes, at: directory.file("a.xdf"))
        #expect(read.values[1] == (0..<80).map(Double.init))
    }

    /// Lengths and counts that nobody may believe.
    @Test(arguments: [0, 3, 100, 1 << 20, 1 << 31, 1 << 40, 1 << 61])
    func lengthsAreNotBelieved(length: Int) throws {
        for which in 0..<3 {
            var file = XDFBytes()
            file.header(1, name: "a", rate: 100)
            file.numbers(1, 0..<20)
            let values = (20..<40).map {
                (Double?.some(1000 + Double($0) / 100), XDFFormatTests.double($0))
            }
            switch which {
            case 0: file.samples(1, values, width: 8, length: length)
            case 1: file.samples(1, values, countWidth: 8, count: length)
            default:
                file.chunk(77, [1, 2, 3], width: 8, length: length)
                file.samples(1, values)
            }
            file.numbers(1, 40..<60)
            file.mark()
            file.numbers(1, 60..<80)
            let session = try Imported([file.bytes])
            let found = session.values("a")
            #expect(found == (0..<80).map(Double.init), "\(which): \(found.count)")
        }
    }

    /// A length and the first byte of a sample: the number of samples tells where the chunk ends.
    @Test(arguments: [40, 700, 1 << 20])
    func aWrongLengthHidesNothingBehindAWrongFirstByte(length: Int) throws {
        var file = XDFBytes()
        file.header(1, name: "a", rate: 100)
        file.numbers(1, 0..<20)
        let begin = file.bytes.count
        let values = (20..<60).map {
            (Double?.some(1000 + Double($0) / 100), XDFFormatTests.double($0))
        }
        file.samples(1, values, width: 8, length: length)
        // Behind the length, the tag, the stream's number and that of the samples.
        file.bytes[begin + 9 + 2 + 4 + 2 + 15 * 17] = 0x48
        file.numbers(1, 60..<80)
        let session = try Imported([file.bytes])
        #expect(session.values("a") == (0..<80).map(Double.init))
    }

    @Test(arguments: [1, 4, 8])
    func aShortChunkSaysItselfHowManySamplesItHas(countWidth: Int) throws {
        var file = XDFBytes()
        file.header(1, name: "a", format: "int64", channels: 2, rate: 0)
        func value(_ number: Int) -> [UInt8] {
            XDFBytes.little(Int64(number)) + XDFBytes.little(Int64(number) &* 0x0123_4567_89AB_CDEF)
        }
        for first in stride(from: 0, to: 20, by: 2) {
            file.samples(
                1, [first, first + 1].map { (100 + Double($0) / 7, value($0)) },
                countWidth: countWidth, length: first == 10 ? 1 : nil)
        }
        let session = try Imported([file.bytes])
        #expect(session.values("a") == (0..<20).map(Double.init))
        #expect(zip(session.times("a"), 0...).allSatisfy { abs($0 - 100 - Double($1) / 7) < 1e-6 })
    }

    /// Texts whose lengths are wrong, and one that is longer than anybody writes.
    @Test func textsMayLieAboutTheirLength() throws {
        var file = XDFBytes()
        file.header(1, name: "t", format: "string", rate: 0)
        file.samples(1, [(1, XDFBytes.text("one")), (2, [8] + XDFBytes.little(UInt64(1) << 50))])
        file.samples(1, [(3, XDFBytes.text("three"))])
        let long = String(repeating: "y", count: 3 << 20)
        file.samples(1, [(4, XDFBytes.text(long))])
        let session = try Imported([file.bytes])
        #expect(
            session.events.map(\.time.nanoseconds) == [1_000_000_000, 3_000_000_000, 4_000_000_000])
        #expect(session.events[2].payload.utf8.count < 1_100_000)
        #expect(session.notes("longer than 1 MiB") == 1)
    }

    @Test func damagedHeadersAreToldAndTheOthersRead() throws {
        var file = XDFBytes()
        file.header(1, name: "a", rate: 100)
        file.header(2, name: "bad", format: "float99")
        file.header(3, name: "many", channels: 1 << 30)
        file.chunk(2, XDFBytes.little(UInt32(4)) + Array("<info><name>cut</na".utf8))
        file.numbers(1, 0..<20)
        file.samples(2, [(1, XDFFormatTests.double(1))])
        file.samples(3, [(1, XDFFormatTests.double(1))])
        file.numbers(1, 20..<40)
        let session = try Imported([file.bytes])
        #expect(session.values("a") == (0..<40).map(Double.init))
        #expect(session.notes("channel_format is 'float99'") == 1)
        #expect(session.notes("channel_count is '1073741824'") == 1)
        #expect(session.notes("channel_format is ''") == 1)
    }

    @Test func whatIsNoXDFIsRefused() throws {
        for bytes in [
            [], Array("XDF:".utf8), Array("hello, world".utf8), [UInt8](repeating: 0, count: 9999),
        ] {
            #expect(throws: ImportError.self) { _ = try Imported([bytes]) }
        }
    }

    /// Nothing is left behind, neither after a failure nor beside the session.
    @Test func nothingIsLeftBehind() throws {
        let directory = try TemporaryDirectory("import")
        let file = directory.file("a.xdf")
        var xdf = XDFBytes()
        xdf.header(1, name: "a")
        xdf.numbers(1, 0..<100)
        try Data(xdf.bytes).write(to: URL(fileURLWithPath: file))
        let out = directory.file("out.attune")
        let request = ImportRequest(study: "s", participant: "p", out: out, data: directory.path)
        _ = try XDFImport.run([file], request)
        let names = try FileManager.default.contentsOfDirectory(atPath: directory.path).sorted()
        #expect(names == ["a.xdf", "out.attune"])
        let before = try Data(contentsOf: URL(fileURLWithPath: out))
        #expect(throws: ImportError.self) { _ = try XDFImport.run([file], request) }
        #expect(try Data(contentsOf: URL(fileURLWithPath: out)) == before)
        var dry = request
        dry.isDry = true
        dry.out = directory.file("dry.attune")
        let summary = try XDFImport.run([file], dry)
        #expect(summary.file == nil && summary.streams.map(\.samples) == [100])
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: directory.path).sorted() == names)
    }

    // MARK: - Parts of a chunk

    private static let format = XDFFormat(value: .int16, channels: 2, rate: 0)

    private static func samples(_ count: Int, from first: Int = 0) -> [UInt8] {
        var bytes: [UInt8] = []
        for number in 0..<count {
            bytes += [8] + XDFBytes.little(Double(first + number).bitPattern)
            bytes += XDFBytes.little(Int16(number + 1))
            bytes += XDFBytes.little(Int16(-number - 1))
        }
        return bytes
    }

    private static func firsts(_ block: XDFBlock) -> [Int64] {
        guard case .integers(let columns) = block.values else { return [] }
        return columns[0]
    }

    @Test func aWrongFirstByteCostsNothing() {
        for sample in 0..<6 {
            var bytes = Self.samples(6)
            bytes[sample * 13] = 0x48
            let found = XDFSalvage(
                Self.format, bytes, start: 0, end: bytes.count, count: 6
            ).run()
            #expect(Self.firsts(found.block) == [1, 2, 3, 4, 5, 6], "sample \(sample)")
            #expect(found.block.stamps == [0, 1, 2, 3, 4, 5])
            #expect(found.lost == 0)
        }
    }

    @Test func whatIsOverwrittenIsLostAlone() {
        var bytes = Self.samples(10)
        for place in 3 * 13..<5 * 13 { bytes[place] = 0xFF }
        let found = XDFSalvage(Self.format, bytes, start: 0, end: bytes.count, count: 10).run()
        #expect(Self.firsts(found.block) == [1, 2, 3, 6, 7, 8, 9, 10])
        #expect(found.lost == 2)
        #expect(found.block.losses.map(\.before) == [3])
        #expect(found.block.losses.map(\.lost) == [2])
    }

    /// Where no byte is missing, it is known where each sample begins.
    @Test func severalWrongFirstBytesCostNothing() {
        for rate in [0.0, 1.0] {
            let format = XDFFormat(value: .int16, channels: 2, rate: rate)
            var bytes = Self.samples(10, from: 1100)
            for (sample, byte) in [(2, 0x48), (4, 0xFF), (7, 1)] {
                bytes[sample * 13] = UInt8(byte)
            }
            let found = XDFSalvage(format, bytes, start: 0, end: bytes.count, count: 10).run()
            #expect(Self.firsts(found.block) == Array(1...10))
            #expect(found.lost == 0 && found.block.losses.isEmpty)
            // Without a rate nothing tells whether the stamp was damaged too.
            let doubted: Set = rate > 0 ? [] : [2, 4, 7]
            for (number, stamp) in found.block.stamps.enumerated() {
                #expect(doubted.contains(number) ? stamp.isNaN : stamp == Double(1100 + number))
            }
        }
    }

    /// What is overwritten up to within a stamp leaves the values behind it.
    @Test(arguments: 1...8)
    func whatEndsWithinAStampLeavesTheValues(length: Int) {
        let format = XDFFormat(value: .int16, channels: 2, rate: 1)
        var bytes = Self.samples(40, from: 1100)
        let end = 25 * 13 + length
        for place in 20 * 13 + 11..<end { bytes[place] = 0xA5 }
        let found = XDFSalvage(format, bytes, start: 0, end: bytes.count, count: 40).run()
        // The values of the first are damaged, and nothing tells it.
        let kept = Array(1...20) + [nil] + Array(26...40).map { Int64($0) }
        let read: [Int64?] = Self.firsts(found.block).enumerated().map { $0 == 20 ? nil : $1 }
        #expect(read == kept)
        #expect(found.block.losses.map(\.before) == [21])
        #expect(found.lost == 4)
        let stamp = found.block.stamps[21]
        #expect(stamp.isNaN || abs(stamp - 1125) < 2)
    }

    @Test func aWrongNumberOfSamplesIsNotBelieved() {
        let bytes = Self.samples(5)
        for count in [nil, 3, 9, 1 << 40] {
            let found = XDFSalvage(
                Self.format, bytes, start: 0, end: bytes.count, count: count
            ).run()
            #expect(Self.firsts(found.block) == [1, 2, 3, 4, 5], "\(count ?? -1)")
        }
    }
}
