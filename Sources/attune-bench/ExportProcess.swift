import Foundation
import SystemCalls
import Timebase

/// One run of the real `attune export`.
struct ExportProcess {
    /// From its start to its end.
    var seconds: Double
    /// The most that was resident at a time (VmHWM).
    var peakBytes: Int

    static func run(_ arguments: [String]) throws -> ExportProcess {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "\(BenchmarkFolder.programs)/attune")
        process.arguments = ["export", "-q"] + arguments
        let began = Clocks.now()
        try process.run()
        var peak = 0
        let status = "/proc/\(process.processIdentifier)/status"
        while process.isRunning {
            // The figure only grows, so that the last reading is nearly that of the end.
            if let text = try? FileSystem.readText(status),
                let line = text.split(separator: "\n").first(where: { $0.hasPrefix("VmHWM:") }),
                let kilobytes = line.split(separator: " ").dropFirst().first.flatMap({ Int($0) })
            {
                peak = max(peak, kilobytes << 10)
            }
            usleep(5_000)
        }
        process.waitUntilExit()
        let seconds = Double(Clocks.now() - began) / 1e9
        guard process.terminationStatus == 0 else {
            throw BenchmarkError(
                "attune export \(arguments.joined(separator: " ")) failed with code "
                    + "\(process.terminationStatus).")
        }
        return ExportProcess(seconds: seconds, peakBytes: peak)
    }
}
