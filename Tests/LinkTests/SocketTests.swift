import Foundation
import LinkTestSupport
import SystemCalls
import TestSupport
import Testing

@testable import Link

@Suite struct SocketTests {
    let directory: TemporaryDirectory
    let path: String

    init() throws {
        directory = try TemporaryDirectory("socket")
        path = directory.file("a.sock")
    }

    func code(_ body: () throws -> Void) -> LinkError.Code? {
        do {
            try body()
            return nil
        } catch {
            return (error as? LinkError)?.code
        }
    }

    @Test func aSecondServerIsRefusedAndTheFirstGoesOn() throws {
        let daemon = try DoubleDaemon(path: path)
        defer { daemon.stop() }
        do {
            _ = try ListeningSocket(path: path)
            Issue.record("two servers on one socket")
        } catch {
            #expect(error.code == .inUse)
            #expect(error.message.contains("process \(getpid())"))
        }
        _ = try VarlinkClient(path: path).call(ControlInterface.GetStatus.self, .init())
    }

    @Test func aSocketLeftBehindIsReplaced() throws {
        // What a killed process leaves: a socket file, and nobody behind it.
        do {
            let socket = try UnixSocket.make(blocking: false)
            let (number, path) = (socket.number, path)
            try systemCall("bind") {
                unsafe UnixSocket.withAddress(path) { unsafe bind(number, $0, $1) }
            }
        }
        #expect(FileSystem.exists(path))
        let daemon = try DoubleDaemon(path: path)
        _ = try VarlinkClient(path: path).call(ControlInterface.GetStatus.self, .init())
        daemon.stop()
        #expect(!FileSystem.exists(path))
    }

    @Test func aForeignServerIsNotReplaced() throws {
        let socket = try UnixSocket.make(blocking: false)
        let (number, path) = (socket.number, path)
        try systemCall("bind") {
            unsafe UnixSocket.withAddress(path) { unsafe bind(number, $0, $1) }
        }
        try systemCall("listen") { listen(number, 5) }
        #expect(code { _ = try ListeningSocket(path: path) } == .inUse)
        #expect(FileSystem.exists(path))
    }

    @Test func aFileIsNotReplaced() throws {
        try FileSystem.write([1, 2, 3], to: path)
        #expect(code { _ = try ListeningSocket(path: path) } == .path)
        #expect(try FileSystem.read(path) == [1, 2, 3])
    }

    @Test func pathsThatCannotBeAreNamed() throws {
        let long = "/tmp/" + String(repeating: "x", count: 200)
        #expect(code { _ = try ListeningSocket(path: long) } == .path)
        #expect(code { _ = try VarlinkClient(path: long) } == .path)
        #expect(code { _ = try ListeningSocket(path: "/nonexistent/a.sock") } == .path)
    }

    @Test func aClientWithoutADaemonIsToldSo() throws {
        #expect(code { _ = try VarlinkClient(path: path) } == .notRunning)
        try FileSystem.write([], to: path)
        #expect(code { _ = try VarlinkClient(path: path) } == .notRunning)
    }

    @Test func theFilesModeAndGroupAreAsAsked() throws {
        let socket = try ListeningSocket(path: path, mode: 0o620, group: getegid())
        var status = stat()
        #expect(unsafe lstat(path, &status) == 0)
        #expect(status.st_mode & 0o777 == 0o620)
        #expect(status.st_gid == getegid())
        withExtendedLifetime(socket) {}
    }

    @Test func aListeningDescriptorIsTakenOver() throws {
        let socket = try UnixSocket.make(blocking: true)
        let (number, path) = (socket.number, path)
        try systemCall("bind") {
            unsafe UnixSocket.withAddress(path) { unsafe bind(number, $0, $1) }
        }
        let copy = try systemCall("dup") { dup(number) }
        #expect(code { _ = try ListeningSocket(takingOver: copy) } == .path)
        try systemCall("listen") { listen(number, 5) }
        let daemon = try DoubleDaemon(
            path: path,
            socket: try ListeningSocket(takingOver: try systemCall("dup") { dup(number) }))
        _ = try VarlinkClient(path: path).call(ControlInterface.GetStatus.self, .init())
        daemon.stop()
        #expect(FileSystem.exists(path))
    }

    @Test func aCallerHasTheRightsOfItsGroups() throws {
        try FileSystem.makeDirectories(directory.path)
        try systemCall("chmod") { unsafe chmod(directory.path, 0o755) }
        // Owned by a user that nobody here is, so that only groups count for the child.
        let policy = AccessPolicy(watchGroups: [4711], controlGroups: [4712], owner: 65533)
        let daemon = try DoubleDaemon(path: path, policy: policy)
        defer { daemon.stop() }
        if getuid() != 0 {
            // Another user's rights cannot be had; this user's own groups give none here.
            let client = try VarlinkClient(path: path)
            #expect(throws: ClientError.self) {
                try client.call(ControlInterface.GetStatus.self, .init())
            }
            return
        }
        let status = "io.attune.Control.GetStatus"
        let stop = "io.attune.Control.StopSession"
        let argument = #"{"session":""}"#
        func call(_ groups: [String], _ method: String, _ parameters: String = "{}") throws
            -> String
        {
            try Processes.output(
                "/usr/bin/setpriv",
                ["--reuid=65532", "--regid=65532"] + groups
                    + [Processes.double, "call", path, method, parameters])
        }
        let none = try call(["--clear-groups"], status)
        #expect(none.contains("needs the right to watch, you have: none"))
        let info = try call(["--clear-groups"], "org.varlink.service.GetInfo")
        #expect(info.contains("stand-in"))
        let watcher = try call(["--groups=4711"], status)
        #expect(watcher.contains("boot_id"))
        let watcherStops = try call(["--groups=4711"], stop, argument)
        #expect(watcherStops.contains("needs the right to control, you have: watch"))
        let operatorStops = try call(["--groups=4712"], stop, argument)
        #expect(operatorStops.contains("s-1.attune"))
    }
}
