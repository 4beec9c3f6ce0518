import Foundation
import SystemCalls

/// Runs programs for the tests.
public enum Processes {
    /// The helper program.
    public static var double: String { program("LinkDouble") }

    /// A program of this package, which is built beside the tests.
    public static func program(_ name: String) -> String {
        let own =
            (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        let beside = (own as NSString).deletingLastPathComponent + "/" + name
        if FileSystem.exists(beside) { return beside }
        let bundle = (CommandLine.arguments.first { $0.contains(".build") } ?? "") as NSString
        return bundle.deletingLastPathComponent + "/" + name
    }

    public static func start(_ program: String, _ arguments: [String]) throws -> (Process, Pipe) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        try process.run()
        return (process, pipe)
    }

    /// Everything that a program prints until its end.
    public static func output(_ program: String, _ arguments: [String]) throws -> String {
        let (process, pipe) = try start(program, arguments)
        let data = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return String(decoding: data, as: UTF8.self)
    }
}
