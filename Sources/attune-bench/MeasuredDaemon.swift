import Foundation
import Link
import SystemCalls
import Timebase

/// A real `attuned` for a measurement, in directories of its own, and ended with it.
final class MeasuredDaemon {
    /// Sockets and rings, on a tmpfs; the devices' links lie here too.
    let runtime: String
    let data: String
    private let process = Process()

    /// - Parameters:
    ///   - directory: where studies are kept, a disk.
    ///   - devices: lines for the settings' `devices`; `RUNTIME` stands for the runtime directory.
    init(directory: String, runtime place: String, devices: [String]) throws {
        let number = ProcessInfo.processInfo.processIdentifier
        runtime = "\(place)/attune-bench-\(number)-run"
        data = "\(directory)/attune-bench-\(number)-data"
        for path in [runtime, data] {
            try? FileManager.default.removeItem(atPath: path)
            try FileSystem.makeDirectories(path, mode: 0o700)
        }
        let lines = devices.map { "  - " + $0.replacingOccurrences(of: "RUNTIME", with: runtime) }
        let settings = "station: bench\ndevices:\n" + lines.joined(separator: "\n") + "\n"
        try Data(settings.utf8).write(to: URL(fileURLWithPath: "\(runtime)/attuned.yaml"))
    }

    deinit { end() }

    /// Starts the daemon, once the devices' links are there.
    func start() throws {
        let program = "\(BenchmarkFolder.programs)/attuned"
        guard FileManager.default.isExecutableFile(atPath: program) else {
            throw BenchmarkError("\(program) is missing: build it first.")
        }
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = [
            "--config", "\(runtime)/attuned.yaml", "--data", data, "--runtime", runtime,
        ]
        let log = "\(runtime)/attuned.log"
        _ = FileManager.default.createFile(atPath: log, contents: nil)
        process.standardError = FileHandle(forWritingAtPath: log)
        process.standardInput = FileHandle.nullDevice
        try process.run()
        for _ in 0..<500 {
            if (try? connect()) != nil { return }
            guard process.isRunning else { break }
            usleep(20_000)
        }
        throw BenchmarkError("attuned did not start: \((try? FileSystem.readText(log)) ?? "")")
    }

    func connect() throws -> VarlinkClient {
        try VarlinkClient(path: Places.socket(runtime: runtime), timeoutMilliseconds: 30_000)
    }

    /// Waits until all devices send, or at least are open.
    func waitForDevices() throws {
        let client = try connect()
        for _ in 0..<500 {
            let devices = try client.call(ControlInterface.ListDevices.self, .init()).devices
            if devices.allSatisfy({ [.streaming, .silent, .unbound].contains($0.state) }) {
                return
            }
            usleep(20_000)
        }
        throw BenchmarkError("The virtual devices were not opened.")
    }

    /// Until a device gives samples, which are made to come every 50 ms.
    func waitForSamples(of device: String, _ make: () throws -> Void) throws {
        let client = try connect()
        for _ in 0..<200 {
            try make()
            usleep(50_000)
            let devices = try client.call(ControlInterface.ListDevices.self, .init()).devices
            if devices.contains(where: { $0.name == device && $0.samples > 0 }) { return }
        }
        throw BenchmarkError("\(device) gave no samples.")
    }

    func startSession() throws -> SessionInfo {
        try connect().call(
            ControlInterface.StartSession.self, .init(study: "bench", participant: "none")
        ).session
    }

    /// Stops the session; its samples are durable when this returns.
    func stopSession() throws {
        _ = try connect().call(ControlInterface.StopSession.self, .init(session: ""))
    }

    /// Until the file of a session that was stopped has its final times.
    func waitForFinish(of session: SessionInfo) throws {
        let client = try connect()
        for _ in 0..<3000 {
            let found = try client.call(
                ControlInterface.GetSession.self, .init(session: session.id)
            ).session
            if found.state == .finished { return }
            usleep(100_000)
        }
        throw BenchmarkError("The session was not finished.")
    }

    var processNumber: Int32 { process.processIdentifier }

    /// Ends the daemon and removes what it left.
    func end() {
        if process.isRunning {
            process.terminate()
            process.waitUntilExit()
        }
        for path in [runtime, data] { try? FileManager.default.removeItem(atPath: path) }
    }
}
