import Foundation
import Testing

@testable import attune_bench

/// Where benchmarks find what they measure, and what they measure with.
@Suite struct BenchmarkFolderTests {
    @Test func theProgramsFolderIsThisOnes() {
        let bench = "\(BenchmarkFolder.programs)/attune-bench"
        #expect(FileManager.default.isExecutableFile(atPath: bench))
    }

    @Test func theScriptsAreFoundFromTheProgramsPlace() throws {
        let folder = try BenchmarkFolder.find()
        #expect(FileManager.default.fileExists(atPath: "\(folder)/python_environment.sh"))
    }

    @Test func anEnvironmentSaysWhereItsInterpreterIs() throws {
        let script = FileManager.default.temporaryDirectory
            .appendingPathComponent("environment-\(UUID().uuidString).sh")
        defer { try? FileManager.default.removeItem(at: script) }
        try Data("echo /made/bin/python\n".utf8).write(to: script)
        #expect(try PeerScript.python(script.path) == "/made/bin/python")
        try Data("exit 1\n".utf8).write(to: script)
        #expect(throws: BenchmarkError.self) { try PeerScript.python(script.path) }
    }
}
