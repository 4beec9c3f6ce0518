import Foundation
import GRDB

// The program that libFuzzer drives: whole session files, with the review files beside them. See fuzz.sh.
//
// An input says what somebody did to real files (`SessionImages`), and how they are then read. Byte 0: which
// files, in bits 0 and 1; who reads them (`FileReading.Reader`), in bits 2 to 4. Byte 1: the stretch of time
// that is asked for. Then changes, one after another (`ImageChange`).

/// Made once, before the first input.
private let images: [SessionImage] = {
    guard let folder = ProcessInfo.processInfo.environment["FUZZ_FOLDER"] else {
        fatalError("FUZZ_FOLDER must name a folder, in memory so that it is quick")
    }
    do { return try SessionImages.make(in: folder) } catch { fatalError("\(error)") }
}()

/// libFuzzer calls this first. With FUZZ_MAKE_SEEDS, writes inputs that begin each kind of change into that
/// folder, and ends.
@_cdecl("LLVMFuzzerInitialize")
public func initialize(_ count: UnsafeMutableRawPointer, _ arguments: UnsafeMutableRawPointer)
    -> CInt
{
    guard let folder = ProcessInfo.processInfo.environment["FUZZ_MAKE_SEEDS"] else { return 0 }
    for (place, seed) in FuzzInput.seeds(images).enumerated() {
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
    let stretch = input.byte()
    let image = images[mode & 3]
    do {
        try image.lay()
        try ImageChange.apply(&input, to: image)
    } catch {
        // What these programs change is not always to be changed; what reads it has to bear it.
        guard error is DatabaseError else { fatalError("\(error)") }
    }
    FileReading(path: image.path, mode: mode, stretch: stretch).run()
    return 0
}
