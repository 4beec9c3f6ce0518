import Declarations
import DeviceProfiles
import Foundation
import Timebase

// The program that libFuzzer drives: one profile's decoder and conversations. See fuzz.sh.

/// Set once, before the first input.
struct FuzzTarget {
    var profile: DeviceProfile
    var characteristics: Int
    /// Whether the decoder reads one stream of bytes, so that splitting must change nothing.
    var isByteStream: Bool

    /// The profile that the environment names; ends the program where it cannot be read.
    static func load() -> FuzzTarget {
        guard let path = ProcessInfo.processInfo.environment["FUZZ_PROFILE"] else {
            fatalError("FUZZ_PROFILE must name a profile's file")
        }
        do {
            let profile = try DeviceProfile.load(path: path)
            var characteristics = 1
            var isByteStream = true
            if case .bluetooth(let transport) = profile.transport {
                characteristics = max(1, transport.characteristics.count)
            }
            switch profile.framing {
            case .packets, .polar, .none: isByteStream = false
            default: break
            }
            return FuzzTarget(
                profile: profile, characteristics: characteristics, isByteStream: isByteStream)
        } catch {
            fatalError("\(error)")
        }
    }
}

/// Whether inputs are profiles, and not what a device says.
let isText = ProcessInfo.processInfo.environment["FUZZ_PROFILE"] == "profile-text"
let target = FuzzTarget.load()

/// Reads an input as a profile's text: whatever it says, there is a profile or words for what is wrong, and a
/// profile's decoder takes what comes.
private func readProfile(_ bytes: [UInt8]) {
    guard let document = try? DeclarationDocument(bytes: bytes, file: "profile"),
        let profile = try? DeviceProfile.read(document.text, file: "profile")
    else { return }
    var decoder = profile.makeDecoder()
    var output = DecodedOutput(profile)
    // Used within the call only.
    unsafe bytes.withUnsafeBytes { buffer in
        if case .bluetooth = profile.transport {
            unsafe decoder.decode(packet: buffer, from: 0, into: &output)
        } else {
            unsafe decoder.decode(buffer, into: &output)
        }
    }
    decoder.finish(into: &output)
}

/// libFuzzer calls this first. With FUZZ_MAKE_SEEDS, writes the seeds of FUZZ_SEEDS as inputs into
/// that folder, and ends.
@_cdecl("LLVMFuzzerInitialize")
public func initialize(_ count: UnsafeMutableRawPointer, _ arguments: UnsafeMutableRawPointer)
    -> CInt
{
    let environment = ProcessInfo.processInfo.environment
    guard let folder = environment["FUZZ_MAKE_SEEDS"] else { return 0 }
    var count = 0
    for seed in FuzzSeeds.read(environment["FUZZ_SEEDS"] ?? "", target) {
        guard
            FileManager.default.createFile(
                atPath: "\(folder)/seed-\(count)", contents: Data(seed))
        else { fatalError("\(folder)/seed-\(count) cannot be written") }
        count += 1
    }
    exit(0)
}

@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    // libFuzzer keeps the bytes for the call, in which they are copied.
    let bytes = unsafe Array(UnsafeBufferPointer(start: start, count: count))
    if isText {
        readProfile(bytes)
        return 0
    }
    var run = FuzzRun(bytes)
    run.run()
    return 0
}
