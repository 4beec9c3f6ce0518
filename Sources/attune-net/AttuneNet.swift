import ArgumentParser
import Glibc
import NetworkSensors
import ServiceManagement
import SystemCalls

/// Sensors of the network, and sessions for it: a linked client of its own process.
@main
struct AttuneNet: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "attune-net",
        abstract:
            "Brings sensors of the network into the sessions that record, and sessions to it.",
        discussion: """
            Lab Streaming Layer streams and EmotiBits that net.yaml names, or that the options name; with \
            --publish the streams of the sessions are offered to programs of Lab Streaming Layer. Whatever happens here, attuned records on.
            """)

    @Option(help: "Settings file; without it, /etc/attune/net.yaml if installed.")
    var config: String?

    @Option(help: "The daemon's runtime directory (over the settings).")
    var runtime: String?

    @Option(help: "Path of liblsl (over the settings and ATTUNE_LIBLSL).")
    var liblsl: String?

    @Option(
        name: .customLong("stream"),
        help: "The name of an LSL stream to record, besides those of the settings; may be repeated."
    )
    var lslStreams: [String] = []

    @Option(help: "Record the EmotiBit at this IPv4 address, besides those of the settings.")
    var emotibit: String?

    @Flag(
        help: """
            Offer all streams, phases, turns and marks of the sessions that record on the network, where \
            anybody can read them (the settings say it for some of them).
            """)
    var publish = false

    @Option(help: "Where what is not delivered yet is kept.")
    var state: String?

    @Flag(help: "List the LSL streams that are on the network, and end.")
    var list = false

    @Flag(help: "Read the settings, say what is wrong with them, and end.")
    var check = false

    @Option(help: "Seconds that --list looks for streams.")
    var seconds = 3.0

    /// EX_UNAVAILABLE and EX_CONFIG of sysexits.h.
    private static let unavailable = ExitCode(69)
    private static let misconfigured = ExitCode(78)

    mutating func run() throws {
        let signals = try SignalDescriptor()
        var settings = NetworkSettings()
        do {
            if let path = config ?? Places.settings(of: "net") {
                settings = try NetworkSettings.load(path: path)
            }
        } catch {
            say("\(error)")
            throw Self.misconfigured
        }
        settings.lsl += lslStreams.map { NetworkSettings.Stream(name: $0) }
        if publish, settings.publish == nil { settings.publish = .init() }
        if let emotibit { settings.emotibit.append(NetworkSettings.Emotibit(address: emotibit)) }
        if check {
            print("the settings are in order")
            return
        }
        let library = try openLibrary(settings)
        if list {
            try printStreams(library)
            return
        }
        guard !settings.lsl.isEmpty || !settings.emotibit.isEmpty || settings.publish != nil
        else {
            // A service that ends without having been ready would be started again and again.
            _ = try? ServiceManager.notify("READY=1")
            say(
                "nothing to do: the settings name no stream and no device, and offer nothing (see attune-net(1))"
            )
            return
        }
        do {
            let place = Places.socket(runtime: runtime ?? settings.runtime ?? Places.runtime)
            let station = try NetworkStation(
                settings: settings, library: library, socket: place,
                directory: state ?? usualState(), signals: signals, log: say)
            try station.run()
        } catch let error as NetworkSensorError {
            say("\(error)")
            throw error.code == .settings ? Self.misconfigured : ExitCode(1)
        }
    }

    /// The library, where an LSL stream is wanted; without it the other sensors go on.
    private func openLibrary(_ settings: NetworkSettings) throws -> LSLLibrary? {
        guard list || !settings.lsl.isEmpty || settings.publish != nil else { return nil }
        do {
            let library = try LSLLibrary(path: liblsl ?? settings.liblsl)
            let shift = library.clockShift()
            say(
                "liblsl \(library.version) from \(library.path); its clock "
                    + (shift == 0 ? "is CLOCK_MONOTONIC" : "is \(shift) ns from CLOCK_MONOTONIC"))
            return library
        } catch {
            say("\(error)")
            if list || settings.emotibit.isEmpty { throw Self.unavailable }
            say("going on without LSL streams")
            return nil
        }
    }

    private func printStreams(_ library: LSLLibrary?) throws {
        guard let library else { return }
        _ = library.streams()
        usleep(UInt32(clamping: Int(min(max(seconds, 0), 60) * 1e6)))
        let found = library.streams().sorted { ($0.name, $0.uid) < ($1.name, $1.uid) }
        for stream in found { print(stream.summary) }
        if found.isEmpty { say("no LSL stream answered within \(seconds) s") }
    }

    private func say(_ text: String) {
        // What standard error does not take is lost, and nobody could be told.
        try? FileSystem.writeAll(Array("attune-net: \(text)\n".utf8), to: STDERR_FILENO)
    }

    private func usualState() -> String {
        func variable(_ name: String) -> String? {
            unsafe getenv(name).map { unsafe String(cString: $0) }
        }
        if let directory = variable("STATE_DIRECTORY") { return directory }
        if let directory = variable("XDG_STATE_HOME") { return directory + "/attune/net" }
        return (variable("HOME") ?? "/tmp") + "/.local/state/attune/net"
    }
}
