import Foundation
import SystemCalls

/// Where Tests/Benchmarks lies, whose scripts build the peers, and where the programs do that are measured.
enum BenchmarkFolder {
    /// The folder of this program, in which the build puts all others too.
    static var programs: String {
        URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
            .deletingLastPathComponent().path
    }

    /// Upwards from the program and from the working directory.
    static func find() throws -> String {
        for start in [programs, FileManager.default.currentDirectoryPath] {
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
