import Foundation
import LinkTestSupport
import TestSupport
import Testing

@testable import Link

/// The Varlink client of PyPI, which knows nothing of this package.
@Suite struct IndependentClientTests {
    @Test func thePythonClientIsServed() throws {
        let folder = (#filePath as NSString).deletingLastPathComponent + "/../Integration"
        let python = try Processes.output("/bin/sh", [folder + "/python_environment.sh"])
            .trimmingCharacters(in: .whitespacesAndNewlines)
        let directory = try TemporaryDirectory("python")
        let daemon = try DoubleDaemon(path: directory.file("s"))
        defer { daemon.stop() }
        let (process, pipe) = try Processes.start(
            python, [folder + "/varlink_client.py", daemon.path])
        let text = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == 0, "\(text)")
        #expect(text.split(separator: "\n").count { $0.hasPrefix("ok ") } >= 29, "\(text)")
    }
}
