import ArgumentParser
import Foundation
import Glibc
import LinuxDevices
import Synchronization
import SystemCalls

/// `attune devices pair`: pairs a Bluetooth device with this machine.
struct DevicesPairCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pair",
        abstract:
            "Pair a Bluetooth device with this machine; without an address, list what is near.",
        discussion: """
            Most sensors need no pairing. Put the device into its pairing mode first. What it asks \
            is asked here.
            """)

    @Argument(help: "Address of the device, such as A0:9E:1A:00:00:01.")
    var address: String?

    @Option(help: "Address of the message bus BlueZ is on (default: the system's).")
    var bus: String?

    @Option(help: "How long to look for devices, in seconds.")
    var seconds = 15

    @Flag(help: "Forget the device and its keys instead.")
    var forget = false

    func validate() throws {
        guard seconds > 0, seconds <= 3600 else {
            throw ValidationError("--seconds takes 1 to 3600.")
        }
        if forget, address == nil {
            throw ValidationError("Whom should it forget? Give the device's address.")
        }
    }

    func run() throws {
        let notices = try NoticeQueue()
        let central = try BluetoothCentral(busAddress: bus) { notices.append($0) }
        defer { central.stop(disconnecting: false) }
        central.setWanted([.anything])
        guard let address = address?.uppercased() else { return try list(notices) }
        try find(address, notices)
        if forget {
            central.forget(address: address)
            let isGone = try notices.wait(seconds: 10) { notice in
                if case .vanished(address) = notice { true } else { false }
            }
            guard isGone else {
                Output.error("BlueZ does not forget \(address): try bluetoothctl remove \(address)")
                throw ExitCode.failure
            }
            return print("\(address) is forgotten.")
        }
        print("Pairing with \(address)…")
        central.pair(address: address)
        var isPaired = false
        try notices.wait(seconds: 150) { notice in
            guard case .pairing(address, let course) = notice else { return false }
            switch course {
            case .asked(let question):
                central.answerPairing(address: address, ask(question))
                return false
            case .show(let code):
                print("Type this on the device: \(code)")
                return false
            case .failed(let error):
                Output.error(error.description)
                return true
            case .paired:
                isPaired = true
                return true
            }
        }
        guard isPaired else { throw ExitCode.failure }
        print("\(address) is paired.")
    }

    /// Waits until BlueZ knows the device.
    private func find(_ address: String, _ notices: NoticeQueue) throws {
        print("Looking for \(address)…")
        let isFound = try notices.wait(seconds: seconds) { notice in
            switch notice {
            case .found(let found): return found.address == address
            case .adapters(_, let trouble):
                if let trouble { Output.error(trouble) }
                return false
            default: return false
            }
        }
        guard !isFound else { return }
        Output.error(
            "\(address) is not in sight: put it into pairing mode, near this machine, and try again"
        )
        throw ExitCode.failure
    }

    /// Lists what shows itself within the time.
    private func list(_ notices: NoticeQueue) throws {
        print("Looking for Bluetooth devices for \(seconds) s…")
        var found: [String: BluetoothFound] = [:]
        var trouble: String?
        try notices.wait(seconds: seconds) { notice in
            switch notice {
            case .found(let device): found[device.address] = device
            case .vanished(let address): found[address] = nil
            case .adapters(_, let words): trouble = words
            default: break
            }
            return false
        }
        if found.isEmpty, let trouble {
            Output.error(trouble)
            throw ExitCode.failure
        }
        guard !found.isEmpty else {
            return print("Nothing shows itself. Switch the device on, near this machine.")
        }
        var rows = [["ADDRESS", "NAME", "SIGNAL", "STATE"]]
        for device in found.values.sorted(by: { ($0.rssi ?? -999) > ($1.rssi ?? -999) }) {
            rows.append([
                device.address, device.name ?? "-", device.rssi.map { "\($0) dBm" } ?? "-",
                device.isConnected ? "connected" : device.isPaired ? "paired" : "new",
            ])
        }
        Output.table(rows)
        print("Pair one: attune devices pair ADDRESS")
    }

    /// Asks the person at the terminal. No answer is a no.
    private func ask(_ question: BluetoothQuestion) -> BluetoothAnswer {
        func line(_ prompt: String) -> String {
            print(prompt, terminator: " ")
            fflush(nil)
            return (readLine() ?? "").trimmingCharacters(in: .whitespaces)
        }
        func yes(_ prompt: String) -> BluetoothAnswer {
            ["y", "yes"].contains(line(prompt).lowercased()) ? .yes : .no
        }
        func text(_ prompt: String) -> BluetoothAnswer {
            let answer = line(prompt)
            return answer.isEmpty ? .no : .text(answer)
        }
        return switch question {
        case .confirm(let passkey): yes("Does the device show \(passkey)? [y/N]")
        case .allow: yes("The device asks to be paired. Allow it? [y/N]")
        case .enterPasskey: text("The six digits that the device shows:")
        case .enterCode: text("The device's code (often 0000 or 1234):")
        }
    }
}

/// Notices of the Bluetooth thread, for this one.
private final class NoticeQueue: Sendable {
    private let waiting = Mutex<[BluetoothNotice]>([])
    private let signal: EventSignal

    init() throws { signal = try EventSignal() }

    func append(_ notice: BluetoothNotice) {
        waiting.withLock { $0.append(notice) }
        signal.raise()
    }

    /// Hands notices over as they come, until one is the last; false when the time was up first.
    @discardableResult
    func wait(seconds: Int, until isLast: (BluetoothNotice) -> Bool) throws -> Bool {
        let limit = ContinuousClock.now + .seconds(seconds)
        while true {
            signal.clear()
            while let notice = waiting.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) {
                if isLast(notice) { return true }
            }
            let left = limit - ContinuousClock.now
            guard left > .zero else { return false }
            var polled = pollfd(fd: signal.number, events: Int16(POLLIN), revents: 0)
            let milliseconds = min(60_000, left.components.seconds * 1000 + 1000)
            unsafe poll(&polled, 1, Int32(min(milliseconds, 1000)))
        }
    }
}
