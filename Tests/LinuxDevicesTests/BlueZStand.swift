import Foundation
import Glibc
import LinuxDevices
import Synchronization
import SystemCalls
import TestSupport

/// A private message bus with a made-up BlueZ on it, and a `BluetoothCentral` that uses them.
/// Everything is ended by `close`, which each test calls.
final class BlueZStand: Sendable {
    let folder: TemporaryDirectory
    let address: String
    private let processes = Mutex<[Process]>([])
    private let told = Mutex<(text: String, lines: [[String: String]])>(("", []))
    private let notices = Mutex<[BluetoothNotice]>([])
    private let control = Mutex<FileHandle?>(nil)
    private let central = Mutex<BluetoothCentral?>(nil)
    private let devices: String

    /// - Parameter devices: the JSON list of made-up devices.
    init(devices: String, withBlueZ: Bool = true) throws {
        folder = try TemporaryDirectory("bluez")
        address = "unix:path=\(folder.file("bus"))"
        self.devices = devices
        try startBus()
        if withBlueZ { try startBlueZ() }
    }

    /// The address of a device of the stand.
    static func address(_ number: Int) -> String { String(format: "AA:00:00:00:00:%02X", number) }

    var bluetooth: BluetoothCentral {
        get throws {
            if let central = central.withLock({ $0 }) { return central }
            let made = try BluetoothCentral(busAddress: address) { [weak self] notice in
                self?.notices.withLock { $0.append(notice) }
            }
            central.withLock { $0 = made }
            return made
        }
    }

    // MARK: Processes

    func startBus() throws {
        let configuration = """
            <!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
             "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
            <busconfig><type>session</type><listen>\(address)</listen>
            <policy context="default"><allow send_destination="*" eavesdrop="true"/>
            <allow eavesdrop="true"/><allow own="*"/></policy></busconfig>
            """
        try configuration.write(toFile: folder.file("bus.conf"), atomically: true, encoding: .utf8)
        try? FileManager.default.removeItem(atPath: folder.file("bus"))
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/dbus-daemon")
        process.arguments = [
            "--config-file=\(folder.file("bus.conf"))", "--nofork", "--nopidfile",
            "--print-address=1",
        ]
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        process.standardInput = FileHandle.nullDevice
        try process.run()
        processes.withLock { $0.append(process) }
        // It prints its address once it listens.
        _ = output.fileHandleForReading.availableData
    }

    func startBlueZ(_ options: [String] = []) throws {
        try devices.write(toFile: folder.file("devices.json"), atomically: true, encoding: .utf8)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
        process.arguments =
            [
                "-B", Helper.script("fake_bluez.py"), "--bus", address, "--devices",
                folder.file("devices.json"),
            ] + options
        let output = Pipe()
        let input = Pipe()
        process.standardOutput = output
        process.standardInput = input
        output.fileHandleForReading.readabilityHandler = { [weak self] handle in
            let piece = handle.availableData
            if piece.isEmpty { handle.readabilityHandler = nil }
            self?.took(String(decoding: piece, as: UTF8.self))
        }
        try process.run()
        processes.withLock { $0.append(process) }
        control.withLock { $0 = input.fileHandleForWriting }
    }

    private func took(_ piece: String) {
        told.withLock { told in
            told.text += piece
            while let end = told.text.firstIndex(of: "\n") {
                let line = Data(told.text[..<end].utf8)
                told.text.removeSubrange(...end)
                let object = try? JSONSerialization.jsonObject(with: line) as? [String: Any]
                told.lines.append((object ?? [:]).mapValues { "\($0)" })
            }
        }
    }

    /// Ends a program at once: whoever runs the tests may have blocked the milder signals.
    private func end(_ process: Process) {
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
        process.waitUntilExit()
    }

    func killBlueZ() {
        let process = processes.withLock { $0.popLast() }
        if let process { end(process) }
    }

    /// Ends bus and BlueZ.
    func killAll() {
        let all = processes.withLock { processes in
            defer { processes = [] }
            return processes
        }
        for process in all.reversed() { end(process) }
    }

    func close() {
        central.withLock { central in
            central?.stop()
            central = nil
        }
        killAll()
    }

    /// Stops the central alone.
    func stopCentral(disconnecting: Bool = true) {
        central.withLock { central in
            central?.stop(disconnecting: disconnecting)
            central = nil
        }
    }

    // MARK: What happens

    /// A command to the made-up BlueZ.
    func command(_ line: String) {
        control.withLock { try? $0?.write(contentsOf: Data((line + "\n").utf8)) }
    }

    /// Waits until everything that the made-up BlueZ told so far has been read.
    func sync() throws {
        let word = "sync \(UInt32.random(in: 0...UInt32.max))"
        command(word)
        try wait { has("did", word) }
    }

    /// What the made-up BlueZ told so far.
    var lines: [[String: String]] { told.withLock { $0.lines } }
    func has(_ key: String, _ value: String) -> Bool { lines.contains { $0[key] == value } }
    func count(_ key: String, _ value: String) -> Int { lines.count { $0[key] == value } }

    /// What the central told so far.
    var seen: [BluetoothNotice] { notices.withLock { $0 } }
    func forgetNotices() { notices.withLock { $0 = [] } }

    /// Waits, at most 20 s, until something is so; gives what it was.
    func wait<Value>(_ what: () throws -> Value?) throws -> Value {
        let limit = ContinuousClock.now + .seconds(20)
        while ContinuousClock.now < limit {
            if let value = try what() { return value }
            usleep(2000)
        }
        throw NotInTime(notices: seen.map { "\($0)" }, lines: lines)
    }

    func wait(until condition: () -> Bool) throws {
        _ = try wait { condition() ? true : nil } as Bool
    }

    struct NotInTime: Error, CustomStringConvertible {
        let notices: [String]
        let lines: [[String: String]]
        var description: String {
            "not in time; told: \(notices.joined(separator: "\n"))\nBlueZ: \(lines)"
        }
    }

    // The newest notice of a kind about an opening.

    func opened(_ id: UInt32) throws -> BluetoothOpened {
        try wait {
            for case .opened(let opened) in seen.reversed() where opened.id == id { return opened }
            return nil
        }
    }

    /// The reason, or nil where it was asked for.
    func closed(_ id: UInt32) throws -> DeviceError? {
        try wait { () -> DeviceError?? in
            for case .closed(let closed, let reason) in seen.reversed() where closed == id {
                return .some(reason)
            }
            return nil
        }
    }

    func isClosed(_ id: UInt32) -> Bool {
        seen.contains { if case .closed(id, _) = $0 { true } else { false } }
    }
}
