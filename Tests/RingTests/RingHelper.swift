import Foundation
import SystemCalls

/// The helper process, which lies beside the tests' own executable.
enum RingHelper {
    static func start(_ arguments: [String]) throws -> Process {
        let tests = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        let process = Process()
        process.executableURL = tests.deletingLastPathComponent()
            .appendingPathComponent("RingWriterHelper")
        process.arguments = arguments
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        return process
    }

    /// The eight bytes in a file as a number; 0 while there are none.
    static func number(in path: String) -> UInt64 {
        guard let bytes = try? FileSystem.read(path), bytes.count == 8 else { return 0 }
        return bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
}
