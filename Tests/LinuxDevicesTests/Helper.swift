import Foundation
import Testing

/// Runs a program of the tests to its end and gives its lines, each a JSON object.
enum Helper {
    /// The probe, which is built beside the tests.
    static var probe: String { besideTests("device-probe") }

    /// The command line, which is built beside the tests.
    static var attune: String { besideTests("attune") }

    private static func besideTests(_ name: String) -> String {
        let link = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
        var folder = URL(fileURLWithPath: link ?? CommandLine.arguments[0])
            .deletingLastPathComponent()
        // Some ways of running tests load them from a bundle in a deeper folder.
        for _ in 0..<3 where !FileManager.default.fileExists(atPath: "\(folder.path)/\(name)") {
            folder.deleteLastPathComponent()
        }
        return "\(folder.path)/\(name)"
    }

    /// A script of the made-up machine.
    static func script(_ name: String) -> String {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("DeviceStand/\(name)").path
    }

    /// Runs a program without input and returns the objects it printed.
    /// - Parameter whenReady: called once the program has printed its first line.
    static func run(
        _ arguments: [String], environment: [String: String] = [:],
        whenReady: () throws -> Void = {}
    ) throws -> [[String: String]] {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        let output = Pipe()
        process.standardOutput = output
        process.standardInput = FileHandle.nullDevice
        try process.run()
        var text = Data()
        while !text.contains(UInt8(ascii: "\n")) {
            let piece = output.fileHandleForReading.availableData
            if piece.isEmpty { break }
            text += piece
        }
        try whenReady()
        text += output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return text.split(separator: UInt8(ascii: "\n")).map { line in
            let object = try? JSONSerialization.jsonObject(with: line) as? [String: Any]
            guard let object else { return ["garbage": String(decoding: line, as: UTF8.self)] }
            return object.mapValues { "\($0)" }
        }
    }
}
