import CSystemCalls
import Glibc
import Ring
import SystemCalls
import TestSupport
import Timebase

// The process that RingTests kills. `RingWriterHelper write FOLDER SEED BOOT` writes into
// FOLDER/killed.ring until it is killed, and says after each publication in FOLDER/done (eight
// bytes) how many records it has tried. `RingWriterHelper limit FILE BYTES` tries to make a ring
// under a file size limit and ends with 0 if the error is the right one.

let arguments = CommandLine.arguments

func write(folder: String, seed: UInt64, boot: String) throws {
    let ring = try Ring.create(
        at: "\(folder)/killed.ring", capacity: 65_536,
        identity: RingIdentity(identifier: seed, bootIdentifier: boot, name: "killed"))
    let done = try FileDescriptor(opening: "\(folder)/done", flags: O_RDWR | O_CREAT, mode: 0o600)
    var random = SeededGenerator(seed: seed)
    var writer = ring.makeWriter()
    var reader = ring.makeReader(from: 0)
    var number: UInt64 = 0
    var lost: UInt64 = 0
    while true {
        let batch = random.next() % 4 == 0 ? random.next() % 16 + 1 : 1
        for _ in 0..<batch {
            var words = [UInt64](repeating: number, count: 2 + Int(random.next() % 60))
            words[1] = lost
            let source = UInt32(number % 5)
            let fits = unsafe words.withUnsafeBytes { bytes in
                unsafe writer.stage(
                    kind: 1, source: source, stamp: Instant(nanoseconds: Int64(number)),
                    bytes: bytes)
            }
            number += 1
            if !fits { lost += 1 }
        }
        writer.publish()
        var tried = number
        unsafe pwrite(done.number, &tried, 8, 0)
        // Now and then a part is stored and released, seldom enough that some does not fit.
        if random.next() % 64 == 0 {
            for _ in 0..<(random.next() % 300) {
                guard let record = reader.next() else { break }
                // The last record that was read stays, so that the check finds one in any case.
                if record.overflow == nil { ring.release(upTo: record.position) }
            }
        }
    }
}

func limit(path: String, bytes: UInt) -> Int32 {
    // The kernel's signal for this would end the process; the error is what is wanted.
    signal(SIGXFSZ, SIG_IGN)
    var size = rlimit(rlim_cur: bytes, rlim_max: bytes)
    guard unsafe setrlimit(__rlimit_resource_t(UInt32(RLIMIT_FSIZE.rawValue)), &size) == 0 else {
        return 2
    }
    do throws(RingError) {
        _ = try Ring.create(
            at: path, capacity: 1 << 20,
            identity: RingIdentity(identifier: 1, bootIdentifier: "boot", name: "limit"))
        return 3
    } catch {
        print(error)
        return error.code == .noSpace && !FileSystem.exists(path) ? 0 : 4
    }
}

switch (arguments.dropFirst().first, arguments.count) {
case ("write", 5):
    try write(folder: arguments[2], seed: UInt64(arguments[3]) ?? 0, boot: arguments[4])
case ("limit", 4): exit(limit(path: arguments[2], bytes: UInt(arguments[3]) ?? 0))
default: exit(64)
}
