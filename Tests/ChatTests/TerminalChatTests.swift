import Foundation
import Link
import LinkTestSupport
import SystemCalls
import TestSupport
import Testing

@testable import Chat

@Suite struct TerminalChatTests {
    let directory: TemporaryDirectory
    let store: String

    init() throws {
        directory = try TemporaryDirectory("chat")
        store = directory.file("store")
        try FileSystem.write(Array("Hello.\nI see.\nGo on.\n".utf8), to: directory.file("script"))
    }

    func withDaemon(_ body: () throws -> Void) throws {
        let daemon = try DoubleDaemon(
            path: Places.socket(runtime: directory.path), storePath: store)
        defer { daemon.stop() }
        try body()
    }

    func start(
        _ arguments: [String], input: FileHandle, output: Any? = nil
    ) throws -> Process {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: Processes.program("attune-chat"))
        process.arguments =
            [
                "--terminal", "--runtime", directory.path, "--state", directory.file("state"),
                "--script", directory.file("script"),
            ] + arguments
        process.standardInput = input
        process.standardOutput = output ?? input
        try process.run()
        return process
    }

    func start(_ arguments: [String], on terminal: PseudoTerminal) throws -> Process {
        let number = terminal.slave.number
        let copy = try systemCall("dup") { dup(number) }
        return try start(arguments, input: FileHandle(fileDescriptor: copy, closeOnDealloc: true))
    }

    func events(_ kind: String) throws -> [LinkEvent] {
        try DoubleStore.read(store).filter { $0.kind == kind }
    }

    func edits(withText: Bool) throws -> [DraftEdit] {
        try events("draft_edit").map { event in
            let payload = event.payload
            #expect((payload["text"] != nil) == withText)
            return DraftEdit(
                position: Int(payload["position"]?.integer ?? -1),
                deleted: Int(payload["deleted"]?.integer ?? -1),
                inserted: Int(payload["inserted"]?.integer ?? -1),
                editClass: EditClass(rawValue: payload["class"]?.string ?? "") ?? .other,
                text: payload["text"]?.string ?? "")
        }
    }

    @Test(arguments: ["Ctrl-C", "Ctrl-D", "SIGTERM", "SIGINT", "SIGHUP"])
    func theTerminalIsRestoredAtEachEnd(end: String) throws {
        try withDaemon {
            let terminal = try PseudoTerminal()
            #expect(terminal.isCooked)
            let process = try start([], on: terminal)
            #expect(terminal.waits(for: "Client: Hello."))
            #expect(!terminal.isCooked)
            switch end {
            case "Ctrl-C": try terminal.type("\u{3}")
            case "Ctrl-D": try terminal.type("\u{4}")
            case "SIGTERM": kill(process.processIdentifier, SIGTERM)
            case "SIGINT": kill(process.processIdentifier, SIGINT)
            default: kill(process.processIdentifier, SIGHUP)
            }
            process.waitUntilExit()
            #expect(process.terminationStatus == 0)
            #expect(process.terminationReason == .exit)
            #expect(terminal.isCooked)
        }
    }

    @Test func theFocusOfTheWindowIsTold() throws {
        try withDaemon {
            let terminal = try PseudoTerminal()
            let process = try start([], on: terminal)
            #expect(terminal.waits(for: "\u{1B}[?1004h"))
            #expect(terminal.waits(for: "Client: Hello."))
            try terminal.type("\u{1B}[I")
            // What comes before it is linked is told when it is.
            for _ in 0..<400 where try events("focus").isEmpty { usleep(50_000) }
            try terminal.type("\u{1B}[O\u{1B}[I\u{3}")
            process.waitUntilExit()
            let told = try events("focus").map(\.payload)
            #expect(told == [true, false, true].map { ["focused": .bool($0)] })
            #expect(terminal.waits(for: "\u{1B}[?1004l"))
        }
    }

    @Test func whatIsTypedArrives() throws {
        try withDaemon {
            let terminal = try PseudoTerminal()
            let process = try start(["--with-draft-text"], on: terminal)
            #expect(terminal.waits(for: "Client: Hello."))
            try terminal.type("helö\u{7f}lo x\u{17}\u{1B}[200~you there\u{1B}[201~😀")
            #expect(terminal.waits(for: "hello you there😀"))
            try terminal.type("\r")
            #expect(terminal.waits(for: "You: hello you there😀"))
            #expect(terminal.waits(for: "… >"))
            #expect(terminal.waits(for: "Client: I see."))
            try terminal.type("\u{3}")
            process.waitUntilExit()
            let turns = try events("turn").map { try $0.payload.decode(Turn.self) }
            #expect(turns.map(\.text) == ["Hello.", "hello you there😀", "I see."])
            #expect(turns.map(\.number) == [1, 2, 3])
            #expect(turns.map(\.author) == [.client, .participant, .client])
            let own = try #require(turns.first { $0.author == .participant })
            let began = try #require(own.composedFromNs)
            #expect(began < own.sentNs)
            #expect(own.sentNs <= (own.shownNs ?? 0))
            let edits = try edits(withText: true)
            #expect(LineEditorTests.replay(edits) == "hello you there😀")
            #expect(edits.contains { $0.editClass == .paste && $0.inserted == 9 })
            #expect(try events("draft_edit").first?.timeNs == began)
            #expect(try events("draft_edit").allSatisfy { $0.payload["draft"] == 1 })
        }
    }

    @Test func withoutConsentNoTextOfTheDraftLeavesTheProgram() throws {
        try withDaemon {
            let terminal = try PseudoTerminal()
            let process = try start([], on: terminal)
            #expect(terminal.waits(for: "Client: Hello."))
            try terminal.type("secret")
            #expect(terminal.waits(for: "secret"))
            try terminal.type("\u{15}\u{3}")
            process.waitUntilExit()
            #expect(try edits(withText: false).count == 7)
            #expect(!(try FileSystem.readText(store)).contains("secret"))
            for name in try FileSystem.list(directory.file("state")) {
                #expect(
                    !(try FileSystem.readText(directory.file("state/\(name)"))).contains("secret"))
            }
        }
    }

    @Test func linesAreTurnsWhereThereIsNoTerminal() throws {
        try withDaemon {
            let (input, output) = (Pipe(), Pipe())
            let process = try start([], input: input.fileHandleForReading, output: output)
            input.fileHandleForWriting.write(Data("one\n\ntwo\nhalf".utf8))
            try input.fileHandleForWriting.close()
            process.waitUntilExit()
            let said = output.fileHandleForReading.readDataToEndOfFile()
            #expect(String(decoding: said, as: UTF8.self).contains("You: two\n"))
            let turns = try events("turn").filter { $0.payload["author"] == "participant" }
            #expect(turns.map { $0.payload["text"] } == ["one", "two"])
            #expect(try events("draft_edit").isEmpty)
        }
    }

    @Test func aScriptedParticipantIsKilledAndGoesOn() throws {
        let keyboard = directory.file("keyboard")
        try systemCall("mkfifo") { unsafe mkfifo(keyboard, 0o600) }
        let pipe = try SystemCalls.FileDescriptor(opening: keyboard, flags: O_RDWR | O_NONBLOCK)
        try withDaemon {
            for round in 1...3 {
                let (input, output) = (Pipe(), Pipe())
                let process = try start(
                    ["--scripted-participant", "--pace", "0.05", "--keyboard", keyboard],
                    input: input.fileHandleForReading, output: output)
                for _ in 0..<2000 {
                    if try events("turn").count >= round * 2 { break }
                    usleep(5000)
                }
                kill(process.processIdentifier, round == 3 ? SIGTERM : SIGKILL)
                process.waitUntilExit()
                withExtendedLifetime(input) {}
            }
        }
        let turns = try events("turn").map { try $0.payload.decode(Turn.self) }
        #expect(turns.count >= 6)
        #expect(turns.map(\.number) == Array(1...turns.count))
        #expect(turns.map(\.author) == turns.map { $0.number % 2 == 1 ? .client : .participant })
        var bytes = [UInt8](repeating: 0, count: 1 << 20)
        let number = pipe.number
        let count = unsafe bytes.withUnsafeMutableBytes {
            unsafe read(number, $0.baseAddress, $0.count)
        }
        #expect(count > 24 * 40 && count % 24 == 0)
        var pressed = 0
        for start in stride(from: 0, to: max(count, 0), by: 24) where bytes[start + 16] == 1 {
            if bytes[start + 20] == 1 { pressed += 1 }
        }
        #expect(pressed > 40)
    }
}
