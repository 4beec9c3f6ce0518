import Foundation
import SystemCalls
import TestSupport

/// Runs programs and keeps what they print.
struct Program {
    var status: Int32
    var wasKilled: Bool
    var output: String
    var errors: String

    /// The command line of this package, which is built beside the tests.
    static var attune: String {
        let own =
            (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        let beside = (own as NSString).deletingLastPathComponent + "/attune"
        if FileSystem.exists(beside) { return beside }
        let bundle = (CommandLine.arguments.first { $0.contains(".build") } ?? "") as NSString
        return bundle.deletingLastPathComponent + "/attune"
    }

    /// A script under Tests/Readers.
    static func reader(_ name: String) -> String {
        let tests = ((#filePath as NSString).deletingLastPathComponent as NSString)
            .deletingLastPathComponent
        return "\(tests)/Readers/\(name)"
    }

    /// Runs a program to its end.
    /// - Parameter whileRunning: called once it has started.
    init(
        _ program: String, _ arguments: [String], in directory: String,
        whileRunning: (Process) -> Void = { _ in }
    ) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        // Into files, so that no pipe can fill up.
        let name = UUID().uuidString
        let files = ["out", "err"].map { "\(directory)/\(name).\($0)" }
        for file in files { try FileSystem.write([], to: file) }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle(forWritingAtPath: files[0])
        process.standardError = FileHandle(forWritingAtPath: files[1])
        try process.run()
        whileRunning(process)
        process.waitUntilExit()
        status = process.terminationStatus
        wasKilled = process.terminationReason == .uncaughtSignal
        output = try FileSystem.readText(files[0])
        errors = try FileSystem.readText(files[1])
        for file in files { try FileSystem.remove(file) }
    }
}

extension TemporaryDirectory {
    /// Names in the directory, without those that SQLite keeps beside an open recording.
    func names() throws -> [String] {
        try FileSystem.list(path).filter { !$0.hasSuffix("-wal") && !$0.hasSuffix("-shm") }
    }
}
