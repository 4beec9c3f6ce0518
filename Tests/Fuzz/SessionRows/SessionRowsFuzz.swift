import Foundation

// The program that libFuzzer drives: the rows of session files and of their reviews, in memory. See fuzz.sh.
// What SQLite itself makes of a file's bytes, its schema, and what is done to a file as a whole is for the
// program of whole files.
//
// An input says what somebody did to real rows (`SessionImages`), and what is then asked for. Byte 0: whose
// rows, in bit 0; whether by the alignment of the review, in bit 1; whether of the review itself, where bits 2
// to 4 are all set. Byte 1: which of the calls. Byte 2: the stretch of time. Byte 3: which stream. Then changes,
// one after another (`ImageChange`).

/// Made once, before the first input: those whose schemas take any value.
private let images: [RowsImage] = {
    guard let folder = ProcessInfo.processInfo.environment["FUZZ_FOLDER"] else {
        fatalError("FUZZ_FOLDER must name a folder")
    }
    do {
        return try SessionImages.make(in: folder).filter(\.isLenient).enumerated().map {
            try RowsImage($0.element, number: $0.offset)
        }
    } catch {
        fatalError("\(error)")
    }
}()

/// libFuzzer calls this first. With FUZZ_MAKE_SEEDS, writes inputs that begin each kind of change into that
/// folder, and ends.
@_cdecl("LLVMFuzzerInitialize")
public func initialize(_ count: UnsafeMutableRawPointer, _ arguments: UnsafeMutableRawPointer)
    -> CInt
{
    guard let folder = ProcessInfo.processInfo.environment["FUZZ_MAKE_SEEDS"] else { return 0 }
    for (place, seed) in FuzzInput.rowSeeds(images.map(\.image)).enumerated() {
        guard
            FileManager.default.createFile(
                atPath: "\(folder)/seed-\(place)", contents: Data(seed))
        else { fatalError("\(folder)/seed-\(place) cannot be written") }
    }
    exit(0)
}

@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    // libFuzzer keeps the bytes for the call, in which they are copied.
    var input = unsafe FuzzInput(Array(UnsafeBufferPointer(start: start, count: count)))
    let mode = input.byte()
    let call = input.byte()
    let stretch = input.byte()
    let stream = input.byte()
    let image = images[mode & 1]
    do {
        try image.withChanges(ImageChange.changes(&input).filter(\.isOfRows)) {
            if mode >> 2 & 7 == 7 {
                image.readReview(call)
            } else {
                image.readSession(
                    call, stream: stream, stretch: stretch, isAligned: mode & 2 != 0)
            }
        }
    } catch {
        fatalError("\(error)")
    }
    return 0
}
