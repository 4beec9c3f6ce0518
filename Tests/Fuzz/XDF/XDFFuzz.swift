import Foundation
import Glibc
import SystemCalls

@testable import Import

// The program that libFuzzer drives: what reads XDF files. See fuzz.sh. An input is a file behind its first four
// bytes, which are always right. Whatever it says, both readings end, agree with one another, hand out no more
// than the file has room for, and all stamps get a time.

/// A file in memory, where there is such a place, that is written anew for each input.
private let file: Int32 = {
    let folder = unsafe access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp"
    let place = "\(folder)/attune-fuzz-xdf.\(getpid())"
    guard
        let opened = try? FileDescriptor(
            opening: place, flags: O_RDWR | O_CREAT | O_EXCL, mode: 0o600),
        (try? FileSystem.remove(place)) != nil
    else { fatalError("no file at \(place)") }
    return opened.release()
}()

/// What the second reading hands out.
private final class Samples: XDFSecondReading {
    let survey: XDFSurvey
    let size: Int64
    var cleaners: [Int: (cleaner: StampCleaner, count: Int)] = [:]
    var samples: Int64 = 0
    var texts: Int64 = 0

    init(_ survey: XDFSurvey, size: Int64) {
        self.survey = survey
        self.size = size
    }

    func samples(_ stream: UInt32, _ block: XDFBlock, at position: Int64) {
        guard let place = survey.place(of: stream, at: position) else {
            fatalError("samples of a stream without a header")
        }
        let format = survey.streams[place].header.format
        switch block.values {
        case .integers(let columns):
            guard columns.count == format.channels, columns.allSatisfy({ $0.count == block.count })
            else { fatalError("columns do not fit") }
        case .reals(let columns):
            guard columns.count == format.channels, columns.allSatisfy({ $0.count == block.count })
            else { fatalError("columns do not fit") }
        case .texts(let rows):
            guard rows.count == block.count, rows.allSatisfy({ $0.count == format.channels })
            else { fatalError("rows do not fit") }
            texts += rows.reduce(0) { $0 + $1.reduce(0) { $0 + Int64($1.utf8.count) } }
        }
        guard block.losses.allSatisfy({ (0...block.count).contains($0.before) && $0.lost >= -1 })
        else { fatalError("losses lie elsewhere") }
        samples += Int64(block.count)
        // Invalid UTF-8 grows to three bytes a byte.
        guard samples <= size, texts <= 3 * size else { fatalError("more than there is") }
        var state = cleaners[place] ?? (StampCleaner(step: format.step), 0)
        for stamp in block.stamps { state.cleaner.add(stamp) }
        state.count += block.count - check(state.cleaner.take())
        cleaners[place] = state
    }

    func finish() {
        for var state in cleaners.values {
            state.cleaner.finish()
            guard check(state.cleaner.take()) == state.count else { fatalError("samples got lost") }
        }
    }

    private func check(_ stamps: [StampCleaner.Stamp]) -> Int {
        guard stamps.allSatisfy(\.time.isFinite) else { fatalError("no time") }
        return stamps.count
    }

    func damage(_ reason: String, from: Int64, to: Int64, stream: UInt32?) {
        guard from <= to, to <= size else { fatalError("damage lies elsewhere") }
    }
}

private func seeds() -> [[UInt8]] {
    var numbers = XDFBytes()
    numbers.header(1, format: "int16", channels: 2)
    for block in 0..<3 {
        numbers.offset(1, Double(block), 5)
        numbers.samples(
            1,
            (0..<4).map {
                ($0 == 2 ? nil : Double(block * 4 + $0), XDFBytes.little(Int32($0)))
            }, countWidth: [1, 4, 8][block])
        numbers.mark()
    }
    numbers.footer(1, samples: 12)
    var texts = XDFBytes()
    texts.samples(2, [(1, XDFBytes.text("early"))])
    texts.header(2, format: "string", rate: 0)
    texts.samples(2, [(2, XDFBytes.text("a")), (nil, XDFBytes.text("äö"))])
    texts.header(3, format: "double64")
    texts.numbers(3, 0..<6)
    texts.chunk(9, [1, 2, 3])
    return [numbers.bytes, texts.bytes]
}

/// libFuzzer calls this first. With FUZZ_MAKE_SEEDS, writes inputs into that folder, and ends.
@_cdecl("LLVMFuzzerInitialize")
public func initialize(_ count: UnsafeMutableRawPointer, _ arguments: UnsafeMutableRawPointer)
    -> CInt
{
    guard let folder = ProcessInfo.processInfo.environment["FUZZ_MAKE_SEEDS"] else { return 0 }
    for (number, seed) in seeds().enumerated() {
        guard
            FileManager.default.createFile(
                atPath: "\(folder)/seed-\(number)", contents: Data(seed.dropFirst(4)))
        else { fatalError("\(folder)/seed-\(number) cannot be written") }
    }
    exit(0)
}

@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    // libFuzzer keeps the bytes for the call, in which they are copied.
    let bytes = unsafe Array("XDF:".utf8) + Array(UnsafeBufferPointer(start: start, count: count))
    guard ftruncate(file, 0) == 0, lseek(file, 0, SEEK_SET) == 0,
        (try? FileSystem.writeAll(bytes, to: file)) != nil
    else { fatalError("the file cannot be written") }
    do throws(ImportError) {
        let source = try ByteSource("/proc/self/fd/\(file)")
        let survey = try XDFSurvey.run(source)
        let samples = Samples(survey, size: source.size)
        try XDFScanner(source, readsSamples: true).run(samples)
        samples.finish()
    } catch { fatalError("\(error)") }
    return 0
}
