import Foundation
import SystemCalls
import Timebase
import VirtualDevices

/// Runs virtual devices until their end or a signal, and says so.
enum Simulation {
    private struct Ready: Encodable {
        let event = "ready"
        let device: String
        let path: String
        let link: String?
    }

    private struct Summary: Encodable {
        let event = "summary"
        let device: String
        let made, sent, dropped, overrun, lost, away, garbageBytes, commands, interruptions: Int64

        init(_ device: any VirtualDevice) {
            let counts = device.counts
            self.device = device.kind
            made = counts.made
            sent = counts.sent
            dropped = counts.dropped
            overrun = counts.overrun
            lost = counts.lost
            away = counts.away
            garbageBytes = counts.garbageBytes
            commands = counts.commands
            interruptions = counts.interruptions
        }
    }

    /// Makes a directory and those above it.
    static func makeDirectory(_ path: String) throws { try FileSystem.makeDirectories(path) }

    /// Prints a line for each device, runs them, and prints what each did.
    static func run(_ devices: [any VirtualDevice], seconds: Double?) throws {
        let station = try VirtualStation(devices)
        try stopOnSignal(station)
        let end = seconds.map { Clocks.now() + Int64($0 * 1e9) }
        for device in devices {
            try show(Ready(device: device.kind, path: device.path ?? "", link: device.link))
        }
        try station.run(until: end)
        for device in devices { try show(Summary(device)) }
    }

    /// SIGINT and SIGTERM end the station; they are taken by a thread that waits for them, so that no
    /// code runs inside a signal handler.
    private static func stopOnSignal(_ station: VirtualStation) throws {
        var signals = sigset_t()
        // The set is this function's own; the threads started from here on inherit the mask.
        unsafe sigemptyset(&signals)
        unsafe sigaddset(&signals, SIGINT)
        unsafe sigaddset(&signals, SIGTERM)
        unsafe pthread_sigmask(SIG_BLOCK, &signals, nil)
        // A reader of the lines below that goes away must not end the devices.
        signal(SIGPIPE, SIG_IGN)
        let waited = signals
        _ = try DedicatedThread(name: "signals") {
            var signals = waited
            var number: Int32 = 0
            unsafe sigwait(&signals, &number)
            station.raiseStop()
        }
    }

    private static func show(_ line: some Encodable) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        var bytes = Array(try encoder.encode(line))
        bytes.append(0x0A)
        try? FileSystem.writeAll(bytes, to: 1, subject: "standard output")
    }
}
