import Foundation
import Link
import LinkTestSupport
import SystemCalls
import TestSupport

/// A station for one test: private directories, virtual devices, and the real daemon.
final class StationProcess {
    let directory: TemporaryDirectory
    /// Sockets and rings, in memory as in real life.
    let runtime: String
    let data: String
    private(set) var daemon: ProgramRun?
    private var devices: [ProgramRun] = []
    /// Folder of the programs; another one makes them take its profiles and protocols.
    let programs: String?
    /// What has to live as long as this, such as the checkout of its programs.
    private let companion: AnyObject?

    init(programs: String? = nil, keeping companion: AnyObject? = nil) throws {
        self.companion = companion
        directory = try TemporaryDirectory("station")
        self.programs = programs
        let shared = unsafe access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp"
        runtime = "\(shared)/attune-test-\(UUID().uuidString.prefix(8))"
        data = directory.file("data")
        try write(settings: "station: test\n")
    }

    deinit {
        daemon = nil
        devices = []
        try? FileManager.default.removeItem(atPath: runtime)
    }

    // MARK: Files

    var config: String { directory.file("attuned.yaml") }

    func write(settings: String) throws {
        try settings.write(toFile: config, atomically: true, encoding: .utf8)
    }

    func file(_ name: String) -> String { directory.file(name) }

    // MARK: Programs

    func program(_ name: String) -> String {
        programs.map { "\($0)/\(name)" } ?? Processes.program(name)
    }

    /// Arguments that give the daemon its places.
    func arguments(data: String? = nil, runtime: String? = nil) -> [String] {
        [
            "--config", config, "--data", data ?? self.data, "--runtime", runtime ?? self.runtime,
            "--allow-test-sources",
        ]
    }

    /// Starts the daemon and waits until it answers.
    func start() throws {
        let started = try ProgramRun(program("attuned"), arguments(), place: directory.path)
        daemon = started
        try waitFor("the daemon") {
            guard started.isRunning else {
                throw IntegrationFailure("the daemon ended: \(started.errorText)")
            }
            return (try? VarlinkClient(path: socket)) != nil
        }
    }

    /// Runs the daemon where it is expected to refuse; gives what it says.
    func startInVain(_ arguments: [String]? = nil) throws -> ProgramRun.Outcome {
        try ProgramRun(
            program("attuned"), arguments ?? self.arguments(), place: directory.path
        ).wait(seconds: 30)
    }

    var socket: String { Places.socket(runtime: runtime) }

    /// Sends a signal and waits for the end; gives the exit code and how long that took.
    func end(_ signal: Int32 = SIGTERM) throws -> (code: Int32, seconds: Double) {
        guard let daemon else { throw IntegrationFailure("no daemon runs") }
        let began = Date()
        daemon.signal(signal)
        let outcome = try daemon.wait(seconds: 60)
        self.daemon = nil
        return (outcome.code, Date().timeIntervalSince(began))
    }

    /// kill -9, as a crash would.
    func crash() throws {
        daemon?.signal(SIGKILL)
        try daemon?.wait(seconds: 30)
        daemon = nil
    }

    /// Starts virtual devices and waits until they are there.
    @discardableResult
    func simulate(_ arguments: String...) throws -> ProgramRun {
        let device = try ProgramRun(
            program("attune"), ["simulate"] + arguments, place: directory.path)
        devices.append(device)
        try waitFor("the virtual device") {
            guard device.isRunning else {
                throw IntegrationFailure("no virtual device: \(device.errorText)")
            }
            return device.outputText.contains("\n")
        }
        return device
    }

    /// Ends all virtual devices.
    func endDevices() { devices = [] }

    /// Runs `attune` with the station's directories.
    func attune(_ arguments: String...) throws -> ProgramRun.Outcome {
        try attune(arguments)
    }

    func attune(_ arguments: [String]) throws -> ProgramRun.Outcome {
        try ProgramRun(
            program("attune"), arguments + ["--runtime", runtime, "--data", data],
            place: directory.path
        ).wait()
    }

    /// What `attune` prints with `--json`.
    func json(_ arguments: String...) throws -> JSONValue {
        let outcome = try attune(arguments + ["--json"])
        guard outcome.code == 0 else {
            throw IntegrationFailure("attune \(arguments.joined(separator: " ")): \(outcome.error)")
        }
        return try JSONValue(parsing: outcome.output)
    }

    // MARK: Looking

    func device(_ name: String) throws -> JSONValue {
        guard
            let found = try json("devices").array?.first(where: { $0["name"]?.string == name })
        else { throw IntegrationFailure("there is no device \(name)") }
        return found
    }

    /// Waits until a device gives samples.
    func waitForSamples(of name: String) throws {
        try waitFor("samples of \(name)") {
            let device = try device(name)
            return device["state"]?.string == "streaming" && device["samples"]?.integer ?? 0 > 0
        }
    }

    /// The states of all sessions by their ids.
    func sessionStates() throws -> [String: String] {
        var states: [String: String] = [:]
        for session in try json("session", "list").array ?? [] {
            states[session["id"]?.string ?? ""] = session["state"]?.string
        }
        return states
    }

    func waitForState(_ state: String, of session: String) throws {
        try waitFor("session \(session) to be \(state)") {
            try sessionStates()[session] == state
        }
    }
}
