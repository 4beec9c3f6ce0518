import Foundation
import SystemCalls

/// Where Tests/Benchmarks lies, whose scripts build the peers.
enum BenchmarkFolder {
    /// Upwards from the program and from the working directory.
    static func find() throws -> String {
        let program = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        for start in [program.path, FileManager.default.currentDirectoryPath] {
            var place = URL(fileURLWithPath: start)
            while place.path != "/" {
                let folder = place.appendingPathComponent("Tests/Benchmarks").path
                if FileSystem.exists(folder) { return folder }
                place.deleteLastPathComponent()
            }
        }
        throw BenchmarkError(
            "Tests/Benchmarks is not found: run this in a checkout, or name it with --benchmarks.")
    }
}
