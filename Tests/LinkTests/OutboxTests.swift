import Foundation
import LinkTestSupport
import SystemCalls
import TestSupport
import Testing

@testable import Link

@Suite struct OutboxTests {
    let directory: TemporaryDirectory
    let path: String

    init() throws {
        directory = try TemporaryDirectory("outbox")
        path = directory.file("chat.outbox")
    }

    func item(_ number: Int64) -> [UInt8] { Array("item \(number)".utf8) }

    @Test func whatIsPutInIsThereAfterwards() throws {
        var identifier: UInt64 = 0
        do {
            let outbox = try Outbox(path: path)
            identifier = outbox.identifier
            for number in 1...10 {
                #expect(try outbox.append(item(Int64(number))) == Int64(number))
            }
            try outbox.sync()
            try outbox.acknowledge(upTo: 4)
            try outbox.acknowledge(upTo: 3)
            try outbox.acknowledge(upTo: 99)
        }
        let outbox = try Outbox(path: path)
        #expect(outbox.identifier == identifier)
        #expect(outbox.entries == (5...10).map { OutboxEntry(sequence: $0, bytes: item($0)) })
        #expect(outbox.acknowledged == 4)
        #expect(try outbox.append([]) == 11)
    }

    @Test func aTornTailIsCutOffWhereverItIs() throws {
        do {
            let outbox = try Outbox(path: path)
            for number in 1...3 { _ = try outbox.append(item(Int64(number))) }
        }
        let whole = try FileSystem.read(path)
        let record = 24 + item(1).count
        for length in 32..<whole.count {
            try FileSystem.write(Array(whole[..<length]), to: path)
            let outbox = try Outbox(path: path)
            let left = (length - 32) / record
            #expect(outbox.entries.count == left)
            #expect(outbox.discardedBytes == (length - 32) % record)
            #expect(try outbox.append(item(9)) == Int64(left + 1))
            try outbox.acknowledge(upTo: 1)
        }
        // One wrong bit anywhere in the last record costs that one, and no other.
        for place in (whole.count - record)..<whole.count where place % record != 20 {
            var bent = whole
            bent[place] ^= 4
            try FileSystem.write(bent, to: path)
            let count = try Outbox(path: path).entries.count
            // The four bytes of padding are not covered.
            let offset = place - (whole.count - record)
            #expect(count == (offset >= 20 && offset < 24 ? 3 : 2), "byte \(offset)")
        }
    }

    @Test func aFileThatIsNoOutboxIsLeftAlone() throws {
        let text = Array(String(repeating: "something else ", count: 10).utf8)
        try FileSystem.write(text, to: path)
        #expect(throws: LinkError.self) { try Outbox(path: path) }
        #expect(try FileSystem.read(path) == text)
    }

    @Test func onlyOneProcessUsesIt() throws {
        let outbox = try Outbox(path: path)
        #expect(throws: LinkError.self) { try Outbox(path: path) }
        withExtendedLifetime(outbox) {}
    }

    @Test func theFileIsBounded() throws {
        let outbox = try Outbox(path: path, maximumBytes: 10_000)
        for round in 1...2000 {
            _ = try outbox.append([UInt8](repeating: 1, count: 1000))
            try outbox.acknowledge(upTo: Int64(round))
        }
        #expect(try FileSystem.size(path) < 512 << 10)
        for _ in 1...10 { _ = try outbox.append([UInt8](repeating: 1, count: 1000)) }
        #expect(throws: LinkError.self) { try outbox.append([1]) }
        #expect(throws: LinkError.self) {
            try outbox.append([UInt8](repeating: 0, count: Outbox.largestItem + 1))
        }
        try outbox.acknowledge(upTo: 2010)
        #expect(try outbox.append([1]) == 2011)
    }

    @Test func everyEventArrivesOnceThoughTheSenderIsKilled() throws {
        let socket = directory.file("s")
        let store = directory.file("store")
        let daemon = try DoubleDaemon(path: socket, storePath: store)
        defer { daemon.stop() }
        var random = SeededGenerator(seed: 11)
        for _ in 0..<12 {
            let (process, _) = try Processes.start(
                Processes.double, ["send", socket, path, "3000"])
            usleep(UInt32.random(in: 2000..<60_000, using: &random))
            kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
        }
        let said = try Processes.output(Processes.double, ["send", socket, path, "3000"])
        #expect(said.contains("all arrived"))
        try expectAll(3000, in: store)
    }

    @Test func everyEventArrivesOnceThoughTheDaemonIsKilled() throws {
        let socket = directory.file("s")
        let store = directory.file("store")
        let (sender, said) = try Processes.start(
            Processes.double, ["send", socket, path, "4000"])
        var random = SeededGenerator(seed: 12)
        for round in 0...10 {
            let (daemon, _) = try Processes.start(Processes.double, ["serve", socket, store])
            if round == 10 {
                let text = said.fileHandleForReading.readDataToEndOfFile()
                sender.waitUntilExit()
                #expect(String(decoding: text, as: UTF8.self).contains("all arrived"))
            } else {
                usleep(UInt32.random(in: 5000..<150_000, using: &random))
            }
            kill(daemon.processIdentifier, SIGKILL)
            daemon.waitUntilExit()
        }
        try expectAll(4000, in: store)
    }

    private func expectAll(_ count: Int64, in path: String) throws {
        let store = try DoubleStore(path: path)
        #expect(store.events.count == 1)
        let events = store.events.values.first ?? []
        #expect(events.map(\.sequence) == Array(1...count))
        #expect(events.map { $0.payload["value"]?.integer } == Array(1...count))
    }

    @Test func samplesAndEventsShareOneNumbering() throws {
        let outbox = try Outbox(path: path)
        let client = LinkedClient(
            path: directory.file("none"), outbox: outbox,
            registration: .init(session: "s-1", client: "c", title: "C"))
        #expect(try client.send(kind: "a", time: Clocks.now(), payload: [:]) == 1)
        #expect(
            try client.send(stream: "x", firstTime: Clocks.now(), count: 1, data: [1, 2]) == 2)
        #expect(client.descriptor == nil)
        guard case .waiting(let reason) = client.state else {
            Issue.record("\(client.state)")
            return
        }
        #expect(reason.contains("attuned"))
        #expect(try !client.flush(timeoutMilliseconds: 20))
        #expect(outbox.entries.count == 2)
    }

    @Test func aRefusalStopsAndKeepsEverything() throws {
        let socket = directory.file("s")
        let daemon = try DoubleDaemon(path: socket)
        defer { daemon.stop() }
        let outbox = try Outbox(path: path)
        let client = LinkedClient(
            path: socket, outbox: outbox,
            registration: .init(session: "over", client: "c", title: "C"))
        try client.send(kind: "a", time: Clocks.now(), payload: [:])
        #expect(try !client.flush(timeoutMilliseconds: 20_000))
        #expect(client.state == .refused(.noSuchSession("over")))
        #expect(outbox.entries.count == 1)
    }
}
