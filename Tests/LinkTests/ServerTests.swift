import Foundation
import LinkTestSupport
import SystemCalls
import TestSupport
import Testing

@testable import Link

@Suite struct ServerTests {
    let directory: TemporaryDirectory
    let path: String

    init() throws {
        directory = try TemporaryDirectory("link")
        path = directory.file("control.sock")
    }

    func withDaemon(
        limits: ServerLimits = ServerLimits(), _ body: (DoubleDaemon) throws -> Void
    ) throws {
        let daemon = try DoubleDaemon(path: path, limits: limits)
        defer { daemon.stop() }
        try body(daemon)
    }

    /// Waits until the daemon's thread has noticed something.
    func eventually(_ condition: () -> Bool) -> Bool {
        for _ in 0..<2000 {
            if condition() { return true }
            usleep(5000)
        }
        return false
    }

    @Test func typedCallsAreAnswered() throws {
        try withDaemon { _ in
            let client = try VarlinkClient(path: path)
            let reply = try client.call(ControlInterface.GetStatus.self, .init())
            #expect(reply.status == DoubleHandler.status)
            #expect(reply.status.storage.freeBytes == 9_007_199_254_740_993)
            let mark = try client.call(
                ControlInterface.Mark.self, .init(session: "", label: "x", detail: ["a": 1]))
            #expect(mark.timeNs > 0)
        }
    }

    @Test func aStreamEnds() throws {
        try withDaemon { _ in
            let client = try VarlinkClient(path: path)
            var indices: [Int64] = []
            try client.stream(
                ControlInterface.Subscribe.self, .init(session: "s-1"), waitingMilliseconds: 10_000
            ) {
                indices.append($0.item.firstIndex)
                #expect(Base64.decodeDoubles($0.item.values)?.count == 64)
                return true
            }
            #expect(indices == [0, 1, 2, 3, 4])
            _ = try client.call(ControlInterface.GetStatus.self, .init())
        }
    }

    @Test(arguments: [
        (
            #"{"method":"org.varlink.service.GetInterfaceDescription","parameters":{"interface":"a.b"}}"#,
            "org.varlink.service.InterfaceNotFound", #"{"interface":"a.b"}"#
        ),
        (#"{"method":"a.b.C"}"#, "org.varlink.service.InterfaceNotFound", #"{"interface":"a.b"}"#),
        (#"{"method":"X"}"#, "org.varlink.service.InterfaceNotFound", #"{"interface":""}"#),
        (
            #"{"method":"io.attune.Control.Nothing"}"#, "org.varlink.service.MethodNotFound",
            #"{"method":"io.attune.Control.Nothing"}"#
        ),
        (
            #"{"method":"io.attune.Control.ListDevices"}"#,
            "org.varlink.service.MethodNotImplemented",
            #"{"method":"io.attune.Control.ListDevices"}"#
        ),
        (
            #"{"method":"io.attune.Control.Subscribe","parameters":{"session":""}}"#,
            "org.varlink.service.ExpectedMore", "{}"
        ),
        (
            #"{"method":"io.attune.Control.StartSession","parameters":{"study":"x"}}"#,
            "org.varlink.service.InvalidParameter",
            #"{"parameter":"participant","reason":"it is missing"}"#
        ),
        (
            #"{"method":"io.attune.Control.StartSession","parameters":{"study":1,"participant":""}}"#,
            "org.varlink.service.InvalidParameter",
            #"{"parameter":"study","reason":"a string is expected, not an integer"}"#
        ),
        (
            #"{"method":"io.attune.Control.GetStatus","parameters":{"odd":1}}"#,
            "org.varlink.service.InvalidParameter",
            #"{"parameter":"odd","reason":"the interface does not know this field"}"#
        ),
        (
            #"{"method":"io.attune.Control.GetSession","parameters":{"session":"zz"}}"#,
            "io.attune.Control.NoSuchSession", #"{"session":"zz"}"#
        ),
    ])
    func errorsHaveNames(call: String, name: String, parameters: String) throws {
        try withDaemon { _ in
            let caller = try RawCaller(path)
            try caller.send(call)
            let reply = try #require(try caller.next())
            #expect(reply["error"] == .string(name))
            #expect(reply["parameters"]?.text == parameters)
            // An error ends nothing: the next call is answered.
            try caller.send(RawCaller.getStatus)
            #expect(try caller.next()?["parameters"] != nil)
        }
    }

    @Test(arguments: [
        "", "nonsense", "{", "[]", "1", "\"x\"", #"{"method":1}"#, #"{"parameters":{}}"#,
        #"{"method":"a.b.C","parameters":[]}"#, #"{"method":"a.b.C","more":1}"#,
        #"{"method":"a.b.C","more":true,"oneway":true}"#, #"{"method":"a.b.C","upgrade":true}"#,
        #"{"method":"a.b.C","method":"a.b.D"}"#,
    ])
    func whatIsNoCallIsToldSoAndClosed(text: String) throws {
        try withDaemon { daemon in
            let good = try VarlinkClient(path: path)
            let caller = try RawCaller(path)
            try caller.send(text)
            let reply = try #require(try caller.next())
            #expect(reply["error"] == "org.varlink.service.InvalidParameter")
            #expect(try caller.next() == nil)
            _ = try good.call(ControlInterface.GetStatus.self, .init())
            #expect(eventually { daemon.connections == 1 })
        }
    }

    @Test func randomBytesDisturbNobody() throws {
        try withDaemon { daemon in
            let good = try VarlinkClient(path: path)
            for seed in 0..<60 {
                var random = SeededGenerator(seed: UInt64(seed))
                let caller = try RawCaller(path)
                for _ in 0..<Int.random(in: 1..<20, using: &random) {
                    let count = Int.random(in: 1..<3000, using: &random)
                    let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
                    if !caller.offer(bytes) { break }
                }
                _ = try good.call(ControlInterface.GetStatus.self, .init())
            }
            #expect(eventually { daemon.connections == 1 })
        }
    }

    @Test func aMessageMayComeInPieces() throws {
        let message = Array(RawCaller.getStatus.utf8) + [0]
        try withDaemon { _ in
            let caller = try RawCaller(path)
            for cut in 0...message.count {
                try caller.send(Array(message[..<cut]))
                // Time for the server to see the first piece alone; whether it did or not, the
                // answer is the same.
                usleep(200)
                try caller.send(Array(message[cut...]))
                #expect(try caller.next()?["parameters"]?["status"] != nil)
            }
        }
    }

    @Test func pipelinedCallsAreAnsweredInOrder() throws {
        try withDaemon { _ in
            let caller = try RawCaller(path)
            var all: [UInt8] = []
            let mark =
                #"{"method":"io.attune.Control.Mark","parameters":{"session":"","label":"a"}}"#
            let session = #"{"method":"io.attune.Control.GetSession","parameters":{"session":"#
            for index in 0..<200 {
                // A mark is answered at the next tick, the others at once.
                if index % 3 == 0 {
                    all += Array(mark.utf8) + [0]
                } else {
                    all += Array("\(session)\"\(index)\"}}".utf8) + [0]
                }
            }
            try caller.send(all)
            for index in 0..<200 {
                let reply = try #require(try caller.next())
                if index % 3 == 0 {
                    #expect(reply["parameters"]?["time_ns"]?.integer != nil)
                } else {
                    #expect(reply["parameters"]?["session"] == .string("\(index)"))
                }
            }
        }
    }

    @Test func concurrentCallsAreHandedOverTogetherAndAnsweredInOrder() throws {
        try withDaemon { _ in
            let caller = try RawCaller(path)
            try caller.send(
                #"{"method":"io.attune.Link.Register","parameters":{"session":"","client":"c","title":"","clock":"station","streams":[]}}"#
            )
            #expect(try caller.next()?["parameters"]?["acknowledged"] == 0)
            for sequence in 1...40 {
                try caller.send(
                    #"{"method":"io.attune.Link.SendEvents","parameters":{"session":"s-1","client":"c","events":[{"sequence":\#(sequence),"time_ns":1,"kind":"k","payload":{}}]}}"#
                )
                try caller.send(
                    #"{"method":"io.attune.Link.Exchange","parameters":{"client_ns":1}}"#)
            }
            var last: Int64 = 0
            for sequence in 1...40 {
                let acknowledged = try #require(
                    try caller.next()?["parameters"]?["acknowledged"]?.integer)
                #expect(acknowledged >= Int64(sequence))
                #expect(acknowledged >= last)
                last = acknowledged
                #expect(try caller.next()?["parameters"]?["received_ns"] != nil)
            }
        }
    }

    @Test func onewayCallsAreNotAnswered() throws {
        try withDaemon { _ in
            let caller = try RawCaller(path)
            try caller.send(#"{"method":"io.attune.Control.GetStatus","oneway":true}"#)
            try caller.send(#"{"method":"a.b.C","oneway":true}"#)
            try caller.send(#"{"method":"io.attune.Control.GetClock"}"#)
            #expect(try caller.next()?["parameters"]?["clock"] != nil)
        }
    }

    @Test func aCallerThatHasSentAllStillGetsItsAnswers() throws {
        try withDaemon { daemon in
            let caller = try RawCaller(path)
            try caller.send(
                #"{"method":"io.attune.Control.Mark","parameters":{"session":"","label":"a"}}"#)
            try caller.send(RawCaller.getStatus)
            shutdown(caller.socket.number, Int32(SHUT_WR))
            #expect(try caller.next()?["parameters"]?["time_ns"] != nil)
            #expect(try caller.next()?["parameters"]?["status"] != nil)
            #expect(try caller.next() == nil)
            #expect(eventually { daemon.connections == 0 })
        }
    }

    @Test func anOversizedMessageIsRefused() throws {
        try withDaemon(limits: ServerLimits(messageBytes: 100_000)) { daemon in
            let good = try VarlinkClient(path: path)
            let caller = try RawCaller(path)
            let piece = [UInt8](repeating: UInt8(ascii: " "), count: 50_000)
            try caller.send(piece)
            #expect(eventually { daemon.connections == 2 })
            while caller.offer(piece) {}
            let reply = try #require(try caller.next())
            #expect(reply["error"] == "org.varlink.service.InvalidParameter")
            #expect(try caller.next() == nil)
            // A whole message that is too long, too.
            let other = try RawCaller(path)
            let long = #"{"method":"\#(String(repeating: "x", count: 60_000))"}"#
            let limits = ServerLimits()
            #expect(long.utf8.count < limits.messageBytes)
            try other.send(long)
            #expect(try other.next()?["error"] == "org.varlink.service.InterfaceNotFound")
            _ = try good.call(ControlInterface.GetStatus.self, .init())
        }
    }

    @Test func aCallerThatNeverReadsCostsNothing() throws {
        try withDaemon(limits: ServerLimits(backlogBytes: 256 << 10)) { daemon in
            let good = try VarlinkClient(path: path)
            // A stream without end into a socket that nobody reads…
            let follower = try RawCaller(path)
            try follower.send(
                #"{"method":"io.attune.Control.Subscribe","parameters":{"session":"endless"},"more":true}"#
            )
            // … and calls without end whose answers nobody reads.
            let flooder = try RawCaller(path)
            let call = Array(RawCaller.getStatus.utf8) + [0]
            let before = try residentBytes()
            var rounds = 0
            for _ in 0..<300 {
                while flooder.offer(call) { rounds += 1 }
                _ = try good.call(ControlInterface.GetStatus.self, .init())
            }
            #expect(rounds > 100)
            #expect(try residentBytes() - before < 24 << 20)
            #expect(eventually { daemon.connections == 3 })
            // Once it reads, it is told what it missed, and nothing is out of order.
            var expected: Int64 = 0
            var missed = 0
            for _ in 0..<5000 where missed == 0 {
                let item = try #require(try follower.next()?["parameters"]?["item"])
                missed = Int(item["missed"]?.integer ?? 0)
                expected += Int64(missed)
                #expect(item["first_index"]?.integer == expected)
                expected += 1
            }
            #expect(missed > 0)
        }
    }

    private func residentBytes() throws -> Int {
        let pages = try FileSystem.readText("/proc/self/statm").split(separator: " ")[1]
        return (Int(pages) ?? 0) * 4096
    }

    @Test func twoHundredCallersAtOnce() throws {
        try withDaemon { daemon in
            let callers = try (0..<200).map { _ in try RawCaller(path) }
            for caller in callers { try caller.send(RawCaller.getStatus) }
            for caller in callers { #expect(try caller.next()?["parameters"] != nil) }
            #expect(eventually { daemon.connections == 200 })
        }
    }

    @Test func oneTooManyIsTurnedAway() throws {
        try withDaemon(limits: ServerLimits(connections: 3)) { daemon in
            let callers = try (0..<3).map { _ in try RawCaller(path) }
            for caller in callers {
                try caller.send(RawCaller.getStatus)
                #expect(try caller.next() != nil)
            }
            let late = try RawCaller(path)
            #expect(try late.next() == nil)
            #expect(eventually { daemon.refused == 1 })
            try callers[0].send(RawCaller.getStatus)
            #expect(try callers[0].next() != nil)
        }
    }

    @Test func aLostConnectionIsToldToTheHandler() throws {
        try withDaemon { daemon in
            do {
                let caller = try RawCaller(path)
                try caller.send(
                    #"{"method":"io.attune.Control.Subscribe","parameters":{"session":"endless"},"more":true}"#
                )
                _ = try caller.next()
            }
            #expect(eventually { daemon.closed == 1 && daemon.connections == 0 })
        }
    }
}
