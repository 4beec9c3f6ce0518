import Foundation
import Glibc
import Link
import SystemCalls

/// A finished session with a commentary that can be played back while the demo still records.
extension DemoStation {
    /// Unattended runs shorter than this go without: the example would not be ready before they end.
    static let shortestWithExample = 60.0

    static let exampleSensor = "example-bitalino"
    static let exampleKeyboard = "example-keyboard"

    /// The devices of the live session: the example has its own.
    static let devices = ["bitalino", "grove-gsr", "keyboard"]

    /// Makes the example's sensor and keyboard.
    func startExampleDevices() throws {
        guard preparesExample else { return }
        try systemCall("mkfifo", places.node(Self.exampleKeyboard)) {
            unsafe mkfifo(places.node(Self.exampleKeyboard), 0o600)
        }
        // With this seed the skin responds once in the middle of the example.
        _ = try start(
            "the example's virtual BITalino",
            [
                "\(places.programs)/attune", "simulate", "bitalino", "--rate", "1000", "--link",
                places.node(Self.exampleSensor), "--seed", "131",
            ])
        try wait("the example's virtual BITalino", seconds: 10, children) {
            FileSystem.exists(places.node(Self.exampleSensor))
        }
    }

    /// Begins to record the example, beside everything else.
    func startExample() throws {
        guard preparesExample else { return }
        say(
            "An example to play back, with a commentary, is being recorded (study "
                + "\(ExampleCommand.study), participant \(ExampleCommand.participant)); its "
                + "address follows in half a minute")
        example = try ChildProcess(
            "the example",
            [
                "\(places.programs)/attune", "demo-example", "--runtime", places.runtime,
                "--sensor", Self.exampleSensor, "--keyboard", places.node(Self.exampleKeyboard),
            ], streams: .init(output: places.exampleLog, errors: places.exampleLog))
    }

    /// Says where the example is, once it is there.
    func lookAtExample() throws {
        guard let example, let code = example.exitCode else { return }
        self.example = nil
        guard code == 0, let found = readyExample() else {
            let problem =
                "the example could not be recorded; its log is \(places.exampleLog):\n"
                + ((try? FileSystem.readText(places.exampleLog)) ?? "")
            // The live session is worth more to a person than its example.
            guard isUnattended else { return say(problem) }
            throw DemoError.program(problem)
        }
        let path = "/sessions/\(found.session)?commentary=\(found.commentary)"
        say("")
        say("Play the example back, with its commentary:  \(consolePlace)\(path)")
        if let link = try? consoleLink(to: path) {
            say("The same, for a browser that is not yet in:  \(link)")
        }
        say("")
    }

    /// Ends the example where it is; what it records then is stopped as aborted.
    func endExample() throws {
        guard let example else { return }
        self.example = nil
        example.end(within: 5)
        let sessions = try call(
            ControlInterface.ListSessions.self, .init(study: ExampleCommand.study)
        ).sessions
        for session in sessions
        where session.participant == ExampleCommand.participant && session.state == .recording {
            _ = try call(
                ControlInterface.StopSession.self,
                .init(session: session.id, outcome: "aborted", reason: "The demo ended."))
        }
    }

    /// What the example printed last.
    private func readyExample() -> (session: String, commentary: String)? {
        guard let text = try? FileSystem.readText(places.exampleLog),
            let line = text.split(separator: "\n").last,
            line.hasPrefix(ExampleCommand.ready)
        else { return nil }
        let ids = line.dropFirst(ExampleCommand.ready.count).split(separator: " ").map(String.init)
        return ids.count == 2 ? (ids[0], ids[1]) : nil
    }

    /// An address that lets one browser in, and goes to a page.
    private func consoleLink(to path: String) throws -> String {
        let file = "\(places.run)/example-link"
        let link = try ChildProcess(
            "attune-console link",
            [
                "\(places.programs)/attune-console", "link", "--state", places.consoleState,
            ], streams: .init(output: file, errors: places.exampleLog))
        guard link.wait() == 0 else { throw DemoError.program("attune-console made no link") }
        let address = try FileSystem.readText(file).split(separator: "\n").last ?? ""
        // It is good for whoever reads it: it is printed, and not kept.
        try FileManager.default.removeItem(atPath: file)
        return "\(address)&from=\(PercentEncoding.escaped(path))"
    }
}
