import Foundation
import Glibc

/// The queues that Debian packages, compiled by Tests/Benchmarks/ring-peers/build.sh and loaded
/// from its library.
///
/// `@safe`: the function pointer is the library's own, which is never unloaded, and peers are asked by
/// the index of their name.
@safe
struct RingPeers {
    private typealias Count = @convention(c) () -> Int32
    private typealias Name = @convention(c) (Int32) -> UnsafePointer<CChar>?
    private typealias Run =
        @convention(c) (
            Int32, Int32, Int32, UInt64, UnsafeMutablePointer<UInt64>?
        ) -> UInt64

    let names: [String]
    private let run: Run

    /// Builds the library where that is needed, and loads it.
    init(script: String, folder: String) throws {
        let build = Process()
        build.executableURL = URL(fileURLWithPath: "/bin/sh")
        build.arguments = [script, folder]
        try build.run()
        build.waitUntilExit()
        guard build.terminationStatus == 0 else {
            throw BenchmarkError("\(script) failed; --without-peers measures the ring alone.")
        }
        let path = "\(folder)/libring-peers.so"
        guard let library = unsafe dlopen(path, RTLD_NOW | RTLD_LOCAL) else {
            throw BenchmarkError("\(path) cannot be loaded.")
        }
        guard let count = unsafe dlsym(library, "ring_peer_count"),
            let name = unsafe dlsym(library, "ring_peer_name"),
            let run = unsafe dlsym(library, "ring_peer_run")
        else { throw BenchmarkError("\(path) is of another version: remove it.") }
        // The signatures are those of peers.cpp, which was compiled from the same checkout.
        let number = unsafe unsafeBitCast(count, to: Count.self)()
        let nameOf = unsafe unsafeBitCast(name, to: Name.self)
        names = (0..<number).map { index in
            guard let text = unsafe nameOf(index) else { return "peer \(index)" }
            return unsafe String(cString: text)
        }
        unsafe self.run = unsafe unsafeBitCast(run, to: Run.self)
    }

    /// Runs one case with a peer; nil where the peer has no such operation.
    func measure(
        _ peer: Int, _ kind: RingCase, pauses: Int32, count: UInt64
    ) -> PinnedPair.Outcome? {
        guard names.indices.contains(peer) else { return nil }
        var sum: UInt64 = 0
        let nanoseconds = unsafe run(Int32(peer), kind.peerKind, pauses, count, &sum)
        return nanoseconds == 0 ? nil : PinnedPair.Outcome(nanoseconds: nanoseconds, sum: sum)
    }
}
