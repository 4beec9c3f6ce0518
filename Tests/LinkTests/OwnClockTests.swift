import Foundation
import LinkTestSupport
import SystemCalls
import TestSupport
import Testing

@testable import Link

/// A linked client whose times are on a clock of its own.
@Suite struct OwnClockTests {
    let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory("clock") }

    private func trip(_ number: Int64) -> ClockObservation {
        ClockObservation(
            clientSentNs: number * 1000, receivedNs: 5_000_000 + number * 1000,
            sentNs: 5_000_000 + number * 1000, clientReceivedNs: number * 1000 + 10)
    }

    private func client(_ socket: String, _ outbox: Outbox) -> LinkedClient {
        LinkedClient(
            path: socket, outbox: outbox,
            registration: .init(session: "s-1", client: "page", title: "Page", clock: .own))
    }

    @Test func eventsWaitForTheFirstRoundTrip() throws {
        let socket = directory.file("s")
        let daemon = try DoubleDaemon(path: socket)
        defer { daemon.stop() }
        let linked = client(socket, try Outbox(path: directory.file("o")))
        try linked.send(kind: "view", time: Clocks.now(), payload: [:])
        #expect(try !linked.flush(timeoutMilliseconds: 300))
        guard case .linked = linked.state else {
            Issue.record("\(linked.state)")
            return
        }
        #expect(linked.outbox.entries.count == 1)
        try linked.report([trip(1), trip(2)])
        #expect(try linked.flush(timeoutMilliseconds: 20_000))
        #expect(linked.confirmedTrips == 2)
    }

    @Test func whatAnEarlierProcessReportedIsNotReportedAgain() throws {
        let socket = directory.file("s")
        let store = directory.file("store")
        let path = directory.file("o")
        let daemon = try DoubleDaemon(path: socket, storePath: store)
        defer { daemon.stop() }
        do {
            let linked = client(socket, try Outbox(path: path))
            try linked.report([trip(1)])
            try linked.send(kind: "a", time: Clocks.now(), payload: ["value": 1])
            #expect(try linked.flush(timeoutMilliseconds: 20_000))
        }
        let linked = client(socket, try Outbox(path: path))
        linked.restore([trip(1), trip(2)], confirmed: 1)
        try linked.send(kind: "a", time: Clocks.now(), payload: ["value": 2])
        #expect(try linked.flush(timeoutMilliseconds: 20_000))
        #expect(linked.confirmedTrips == 2)
        #expect(try DoubleStore.read(store).map(\.sequence) == [1, 2])
    }

    @Test func aDaemonThatForgotTheClockIsToldAgain() throws {
        let socket = directory.file("s")
        let path = directory.file("o")
        // An earlier process was told that this daemon has the trips; it knows neither clock nor events.
        let daemon = try DoubleDaemon(path: socket, storePath: directory.file("store"))
        defer { daemon.stop() }
        let fresh = client(socket, try Outbox(path: path))
        fresh.restore([trip(1), trip(2)], confirmed: 2)
        try fresh.send(kind: "a", time: Clocks.now(), payload: [:])
        #expect(try fresh.flush(timeoutMilliseconds: 20_000))
        #expect(fresh.confirmedTrips == 2)
    }

    @Test func tripsUnderWayGoOutAgainOnTheNextConnection() {
        var trips = ReportedTrips()
        trips.add([trip(1), trip(2), trip(3)])
        let first = trips.next(atMost: 2)
        #expect(first == [trip(1), trip(2)])
        trips.confirm(2)
        let second = [trips.next(atMost: 2), trips.next(atMost: 2)]
        #expect(second == [[trip(3)], []])
        trips.forgetSent()
        let third = trips.next(atMost: 2)
        #expect(third == [trip(3)])
        let tellsAgain = trips.tellAgain()
        #expect(tellsAgain)
        let fourth = trips.next(atMost: 9)
        #expect(fourth.count == 3)
        let tellsOnceMore = trips.tellAgain()
        #expect(!tellsOnceMore)
    }
}
