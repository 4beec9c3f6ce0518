import Foundation
import Glibc
import Link
import SystemCalls
import Timebase

/// A pilot station out of real processes: starts them, records a session, and leaves nothing running.
/// Main thread.
final class DemoStation {
    let places: DemoPlaces
    private let seconds: Double?
    let signals: DemoSignals
    /// Whether a scripted participant chats and types, rather than a person.
    private let isScripted: Bool
    /// Whether the chat is in this terminal (of a script: over the link alone), rather than on a page.
    private let isInTerminal: Bool

    private(set) var children: [ChildProcess] = []
    private var relay: KeyboardRelay?
    private var client: VarlinkClient?
    private var terminalGroup: pid_t?
    /// What records the example; nil before and after.
    var example: ChildProcess?
    /// Where the console is, without a token.
    var consolePlace = ""

    /// - Parameter terminal: chat in the terminal even where there could be a page.
    init(places: DemoPlaces, seconds: Double?, terminal: Bool, signals: DemoSignals) throws {
        self.places = places
        self.seconds = seconds
        self.signals = signals
        isScripted = seconds != nil || isatty(STDIN_FILENO) == 0
        isInTerminal = terminal || (isScripted && Places.browser == nil)
        takeTerminal()
    }

    var isUnattended: Bool { seconds != nil }
    /// Whether there is time for an example to play back.
    var preparesExample: Bool { seconds.map { $0 >= Self.shortestWithExample } ?? true }

    /// Records one session, from start to the finished and checked file.
    func run() throws {
        say("Data goes to \(places.data)")
        let (sensors, daemon) = try startStation()
        let console = try startConsole()
        let session = try startSession()
        try startExample()
        say("")
        say("Recording, as a pilot session, to \(session.file)")
        say(
            "Look on from another terminal:  \(places.programs)/attune --runtime \(places.runtime) status"
        )
        let started = Clocks.now()
        sayWhere(console: console)
        let chat = try isInTerminal ? startTerminalChat(session.id) : startPages(session.id)
        let isOver = try watch(session.id, from: started, daemon: daemon, chat: chat)
        if isOver, !isScripted { try lookBack(session.id, daemon: daemon) }
        try stop(session.id, chat: chat, started: started, daemon: daemon, sensors: sensors)
    }

    /// Ends what still runs, and removes what is of no use afterwards.
    func cleanUp() {
        client = nil
        example?.end(within: 5)
        // The chat first and the devices last, as at the end of a session.
        for child in children.reversed() { child.end(within: 10) }
        try? relay?.stop()
        places.removeRuntime()
        giveTerminalBack()
    }

    // MARK: - Starting

    private func startStation() throws -> (sensors: [ChildProcess], daemon: ChildProcess) {
        say("Starting a virtual BITalino, a virtual skin sensor and a virtual keyboard")
        let attune = "\(places.programs)/attune"
        var sensors = [
            try start(
                "the virtual BITalino",
                [
                    attune, "simulate", "bitalino", "--rate", "1000", "--link",
                    places.node("bitalino"), "--log", places.log("bitalino"),
                ]),
            try start(
                "the virtual skin sensor",
                [
                    attune, "simulate", "lines", "--format", "grove", "--link",
                    places.node("grove"), "--log", places.log("grove"), "--seed", "2",
                ]),
        ]
        if isScripted {
            relay = try KeyboardRelay(
                from: places.node("typist"), to: places.node("keyboard"),
                log: places.log("keyboard"))
        } else {
            sensors.append(
                try start(
                    "the virtual keyboard",
                    [
                        attune, "simulate", "keyboard", "--pipe", places.node("keyboard"),
                        "--log", places.log("keyboard"),
                    ]))
        }
        try wait("the virtual devices", seconds: 10, sensors) {
            ["bitalino", "grove", "keyboard"].allSatisfy { FileSystem.exists(places.node($0)) }
        }
        try startExampleDevices()
        try writeSettings()
        say("Starting attuned, the recording daemon (its log: \(places.daemonLog))")
        let daemon = try start(
            "attuned",
            [
                "\(places.programs)/attuned", "--config", places.settings, "--data", places.data,
                "--runtime", places.runtime, "--allow-test-sources",
            ], errors: places.daemonLog)
        try wait("attuned", seconds: 20, [daemon] + sensors) {
            client = try? VarlinkClient(path: places.socket)
            return client != nil
        }
        try wait("the sensors' first samples", seconds: 20, [daemon] + sensors) {
            let devices = try devices()
            let streaming = devices.filter { $0.state == .streaming && $0.samples > 0 }
            return ["bitalino", "grove-gsr"].allSatisfy { name in
                streaming.contains { $0.name == name }
            }
        }
        for device in try devices() where device.samples > 0 { say("  \(device.name) streams") }
        return (sensors, daemon)
    }

    private func startSession() throws -> SessionInfo {
        let session = try call(
            ControlInterface.StartSession.self,
            .init(
                study: "demo", participant: "P01", protocol: "pilot", devices: Self.devices,
                pilot: true)
        ).session
        // The pilot's baseline may be left out.
        return try call(
            ControlInterface.StartPhase.self, .init(session: session.id, phase: "chat")
        ).session
    }

    /// Serves the participant's page, and has a browser of its own use it where nobody else will.
    private func startPages(_ session: String) throws -> ChildProcess {
        let program = "\(places.programs)/attune-chat"
        say("Starting attune-chat, the participant's page (its log: \(places.chatLog))")
        let chat = try start(
            "attune-chat",
            [
                program, "--listen", "127.0.0.1:0", "--runtime", places.runtime, "--session",
                session, "--state", places.chatState,
            ], errors: places.chatLog, output: places.chatLog)
        var invitation: ChatInterface.Invite.Reply?
        try wait("the participant's page", seconds: 20, children) {
            guard let client = try? VarlinkClient(path: places.chatSocket) else { return false }
            invitation = try? client.call(
                ChatInterface.Invite.self, .init(session: session))
            return invitation != nil
        }
        guard let address = invitation?.url else { return chat }
        guard isScripted else {
            say("")
            say("The participant's page, for one browser:  \(address)")
            say(
                "Another link, if that one was used:        "
                    + "\(places.programs)/attune --runtime \(places.runtime) chat link")
            say("Ctrl-C ends the session.")
            say("")
            return chat
        }
        say("The participant's page is served at \(address.prefix { $0 != "?" })")
        say(
            "A scripted participant uses it in a headless Chromium"
                + (seconds == nil ? "; Ctrl-C ends." : "."))
        say("")
        _ = try start(
            "the participant's browser",
            [
                program, "--participant", address, "--keyboard", places.node("typist"),
                "--participant-log", places.participantLog, "--pace", "0.4",
            ])
        return chat
    }

    private func startTerminalChat(_ session: String) throws -> ChildProcess {
        var arguments = [
            "\(places.programs)/attune-chat", "--terminal", "--runtime", places.runtime,
            "--session", session, "--state", places.chatState,
        ]
        if isScripted {
            say("A scripted participant chats and types\(seconds == nil ? "; Ctrl-C ends" : "").")
            say("")
            arguments += ["--scripted-participant", "--keyboard", places.node("typist")]
            return try start("the chat", arguments)
        }
        say("Write to the simulated client and press Enter. Ctrl-C ends the session.")
        say("")
        let chat = try ChildProcess(
            "the chat", arguments, streams: .init(input: STDIN_FILENO), ownGroup: false)
        children.append(chat)
        return chat
    }

    // MARK: - Recording

    /// - Returns: whether the participant ended the session.
    private func watch(
        _ session: String, from started: Instant, daemon: ChildProcess, chat: ChildProcess
    ) throws -> Bool {
        var nextLine = started + 5_000_000_000
        while true {
            if signals.wait(milliseconds: 100) { return false }
            try lookAtExample()
            let now = Clocks.now()
            let elapsed = Double(now - started) / 1e9
            if let seconds, elapsed >= seconds { return false }
            for child in children where !child.isRunning {
                if child === chat && !isScripted && isInTerminal { return false }
                throw endedEarly(child)
            }
            guard now >= nextLine else { continue }
            nextLine = nextLine + 5_000_000_000
            let (session, streams) = try information(session)
            // The page has a button that ends the session.
            guard session.state == .recording else {
                say("The participant ended the session.")
                return true
            }
            guard isScripted else { continue }
            let counts = streams.map { "\($0.name) \(max($0.samples, $0.events))" }
            say(String(format: "  %4.0f s  ", elapsed) + counts.joined(separator: ", "))
        }
    }

    // MARK: - Ending

    private func stop(
        _ session: String, chat: ChildProcess, started: Instant, daemon: ChildProcess,
        sensors: [ChildProcess]
    ) throws {
        try endExample()
        // Who types ends before what is typed into, and everything that the chat has to say is
        // delivered before it ends.
        children.last { $0.name == "the participant's browser" }?.end(within: 15)
        guard chat.end(within: 15) else {
            throw DemoError.late(
                "the chat did not end; what it has to deliver is in \(places.chatState)")
        }
        try relay?.stop()
        relay = nil
        // What is in the keyboard's pipe is the daemon's to read yet.
        usleep(300_000)
        say("")
        say("Stopping the session")
        let stopping = Clocks.now()
        var stopped = try information(session).session
        if stopped.state == .recording {
            stopped = try call(ControlInterface.StopSession.self, .init(session: session)).session
        }
        say("  all is stored; finishing its file")
        try waitForFile(of: session, daemon)
        client = nil
        guard daemon.end(within: 30), daemon.exitCode == 0 else {
            throw endedEarly(daemon)
        }
        for sensor in sensors.reversed() { sensor.end(within: 10) }
        say("  finished: \(stopped.file)")
        try judge(stopped.file, started: started, stopping: stopping)
    }

    func waitForFile(of session: String, _ daemon: ChildProcess) throws {
        try wait("the finished file", seconds: 120, [daemon]) {
            let now = try information(session).session.state
            return ![.recording, .stopping, .stopped, .finishing].contains(now)
        }
    }

    private func judge(_ file: String, started: Instant, stopping: Instant) throws {
        let attune = "\(places.programs)/attune"
        say("")
        try tool("check", [attune, "check", file])
        say("")
        try tool("summary", [attune, "summary", file])
        say("")
        guard seconds != nil else {
            say("Play it back:  attune play \(file)")
            say("Export it:     attune export \(file) --format csv --out DIR")
            return
        }
        try tool("export", [attune, "export", file, "--format", "csv", "--out", places.export])
        say("")
        try DemoRun(
            file: file, startedNanoseconds: started.nanoseconds,
            stoppingNanoseconds: stopping.nanoseconds
        ).write(in: places.run)
        let comparison = try DemoComparison(folder: places.run)
        for line in try comparison.run() { say("  \(line)") }
        say("Every sample, key and turn that was sent is stored, once and in order.")
    }

    private func tool(_ name: String, _ arguments: [String]) throws {
        fflush(nil)
        let code = try start("attune \(name)", arguments).wait()
        children.removeLast()
        guard code == 0 else {
            throw DemoError.program("'attune \(name)' ended with code \(code)")
        }
    }

    // MARK: - Helpers

    func start(
        _ name: String, _ arguments: [String], errors: String? = nil, output: String? = nil
    ) throws -> ChildProcess {
        // Virtual devices tell other programs in JSON when they are ready; here nobody reads that.
        let quiet = arguments.dropFirst().first == "simulate"
        let child = try ChildProcess(
            name, arguments,
            streams: .init(output: quiet ? "/dev/null" : output, errors: errors))
        children.append(child)
        return child
    }

    private func information(
        _ session: String
    ) throws -> (session: SessionInfo, streams: [StreamInfo]) {
        let told = try call(ControlInterface.GetSession.self, .init(session: session))
        return (told.session, told.streams)
    }

    private func devices() throws -> [DeviceInfo] {
        try call(ControlInterface.ListDevices.self, .init()).devices
    }

    func call<Method: VarlinkMethod>(
        _ method: Method.Type, _ parameters: Method.Parameters
    ) throws -> Method.Reply {
        guard let client else { throw DemoError.program("there is no connection to attuned") }
        return try client.call(method, parameters)
    }

    /// Waits for something, as long as those it depends on run.
    func wait(
        _ what: String, seconds: Int, _ needed: [ChildProcess], _ isThere: () throws -> Bool
    ) throws {
        for _ in 0..<seconds * 20 {
            if try isThere() { return }
            if signals.wait(milliseconds: 50) { throw DemoError.interrupted }
            for child in needed where !child.isRunning { throw endedEarly(child) }
        }
        throw DemoError.late(
            "\(what): not there after \(seconds) s. The daemon's log ends so:\n"
                + places.daemonLogTail())
    }

    func endedEarly(_ child: ChildProcess) -> DemoError {
        .program(
            "\(child.name) ended with code \(child.exitCode ?? -1). The daemon's log ends so:\n"
                + places.daemonLogTail())
    }

    func say(_ line: String) {
        print(line)
        fflush(nil)
    }

    // MARK: - The terminal

    /// Puts the demo into a process group of its own in front of the terminal, so that Ctrl-C reaches it
    /// and not the `make` that started it: that one would end with an error.
    private func takeTerminal() {
        guard isatty(STDIN_FILENO) == 1 else { return }
        let front = tcgetpgrp(STDIN_FILENO)
        guard front == getpgrp(), front != getpid(), setpgid(0, 0) == 0 else { return }
        if tcsetpgrp(STDIN_FILENO, getpid()) == 0 { terminalGroup = front }
    }

    private func giveTerminalBack() {
        if let terminalGroup { tcsetpgrp(STDIN_FILENO, terminalGroup) }
        terminalGroup = nil
    }
}
