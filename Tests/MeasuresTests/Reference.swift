import Foundation
import TestSupport
import Testing

@testable import Measures

/// What NeuroKit2 makes of the signals of `Tests/Readers/measures_reference.py`; computed once a run.
final class Reference: Sendable {
    private static let made = Result { try Reference() }
    private let folder: TemporaryDirectory

    /// A column by its name.
    static func column(_ name: String) throws -> [Double] {
        let data = try Data(
            contentsOf: URL(filePath: try made.get().folder.file("\(name).f64")))
        return stride(from: 0, to: data.count, by: 8).map { place in
            var bits: UInt64 = 0
            for byte in 0..<8 { bits |= UInt64(data[place + byte]) << UInt64(8 * byte) }
            return Double(bitPattern: bits)
        }
    }

    static func places(_ name: String) throws -> [Int] { try column(name).map { Int($0) } }

    /// Whether two numbers agree to 10⁻⁶, absolutely or relatively.
    static func agree(_ ours: Double?, _ theirs: Double) -> Bool {
        guard let ours else { return false }
        return (ours - theirs).magnitude <= 1e-6 * max(1, theirs.magnitude)
    }

    /// The largest difference of two columns of the same length.
    static func difference(_ ours: [Double], _ theirs: [Double]) throws -> Double {
        try #require(ours.count == theirs.count)
        return zip(ours, theirs).map { ($0 - $1).magnitude }.max() ?? 0
    }

    private init() throws {
        folder = try TemporaryDirectory()
        let readers = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "Readers").path
        let python = try Self.output("/bin/sh", ["\(readers)/python_environment.sh"])
        _ = try Self.output(
            python.trimmingCharacters(in: .whitespacesAndNewlines),
            ["\(readers)/measures_reference.py", folder.path])
    }

    private static func output(_ program: String, _ arguments: [String]) throws -> String {
        let process = Process()
        process.executableURL = URL(filePath: program)
        process.arguments = arguments
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let data = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0)
        return String(decoding: data, as: UTF8.self)
    }
}
