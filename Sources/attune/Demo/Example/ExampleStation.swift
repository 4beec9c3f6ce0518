import Foundation
import Glibc
import Link
import SystemCalls
import Timebase

/// The daemon as the example's operator has it. One thread.
final class ExampleStation {
    let socket: String
    private let control: VarlinkClient

    init(socket: String) throws {
        self.socket = socket
        control = try VarlinkClient(path: socket, timeoutMilliseconds: 30_000)
    }

    /// Starts a pilot session, or a commentary of one, and goes to where people talk.
    func start(devices: [String], parent: String? = nil) throws -> SessionInfo {
        let started = try control.call(
            ControlInterface.StartSession.self,
            .init(
                study: ExampleCommand.study, participant: ExampleCommand.participant,
                protocol: parent == nil ? "pilot" : nil, devices: devices,
                kind: parent == nil ? nil : "commentary", pilot: true, parent: parent,
                actor: ExampleCommand.actor)
        ).session
        let phase = started.phases.first { $0 == "chat" } ?? started.phases.first
        if let phase {
            _ = try control.call(
                ControlInterface.StartPhase.self,
                .init(session: started.id, phase: phase, actor: ExampleCommand.actor))
        }
        return started
    }

    func mark(_ label: String, in session: String) throws {
        _ = try control.call(
            ControlInterface.Mark.self,
            .init(session: session, label: label, actor: ExampleCommand.actor))
    }

    /// Stops a session, and waits for its finished file.
    func finish(_ session: String) throws {
        _ = try control.call(
            ControlInterface.StopSession.self,
            .init(session: session, actor: ExampleCommand.actor))
        for _ in 0..<1200 {
            let now = try control.call(
                ControlInterface.GetSession.self, .init(session: session)
            ).session.state
            if now == .finished { return }
            guard [.recording, .stopping, .stopped, .finishing].contains(now) else {
                throw DemoError.program("its session became \(now.rawValue)")
            }
            usleep(50_000)
        }
        throw DemoError.late("its session was not finished after a minute")
    }

    func add(transcript words: [TranscriptPiece], to commentary: String) throws {
        _ = try control.call(
            ReviewInterface.AddTranscript.self,
            .init(
                session: commentary, actor: ExampleCommand.actor,
                change: UUID().uuidString.lowercased(),
                source: "typed", language: "en", segments: words))
    }

    /// Waits until a moment.
    static func wait(until moment: Instant) {
        let left = moment - Clocks.now()
        if left > 0 { usleep(UInt32(clamping: left / 1000)) }
    }
}
