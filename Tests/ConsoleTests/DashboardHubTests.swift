import Glibc
import Link
import LinkTestSupport
import Logging
import Synchronization
import SystemCalls
import TestSupport
import Testing

@testable import Console

/// Browsers that follow: each gets everything, or is told what it missed.
@Suite struct DashboardHubTests {
    private func hub(_ path: String = "/nonexistent/attuned.sock") -> DashboardHub {
        DashboardHub(socketPath: path, log: Logger(label: "test"))
    }

    @Test func aBrowserThatDoesNotReadKeepsTheNewestAndSeesTheHole() async {
        let hub = hub()
        let slow = hub.listen(to: nil, close: {})
        let count = DashboardListener.mostWaiting * 20
        for number in 0..<count { hub.broadcast("live", ["n": .integer(Int64(number))]) }
        var places: [Int64] = []
        slow.follower.end()
        for await frame in slow.follower.stream { places.append(frame.place) }
        // No more is held than the limit, whatever was sent, and what is held is the end of it.
        #expect(places.count == DashboardListener.mostWaiting)
        #expect(places.first == Int64(count - DashboardListener.mostWaiting + 1))
        #expect(places.last == Int64(count))
    }

    @Test func aSessionsSignalsGoToThoseWhoShowIt() async {
        let hub = hub()
        let other = hub.listen(to: nil, close: {})
        let all = hub.listen(to: nil, close: {})
        hub.broadcast("live", [:], to: "s-1")
        hub.broadcast("state", [:])
        other.follower.end()
        all.follower.end()
        for listener in [other, all] {
            var texts: [String] = []
            for await frame in listener.follower.stream {
                texts.append(String(buffer: frame.bytes))
            }
            #expect(texts.count == 1 && texts[0].contains("event: state\ndata: {}\n\n"))
        }
    }

    @Test func manyBrowsersAreOneSubscriberAndNoneIsNone() throws {
        let folder = try TemporaryDirectory()
        let daemon = try DoubleDaemon(path: folder.file("attuned.sock"))
        defer { daemon.stop() }
        let hub = hub(daemon.path)
        let listeners = (0..<5).map { _ in hub.listen(to: "s-1", close: {}) }
        #expect(hub.audience == 5 && hub.isShown("s-1"))
        for listener in listeners { hub.leave(listener) }
        // The follower asks within half a second, and ends; joining it does not hang.
        usleep(1_500_000)
        hub.tidy()
        #expect(hub.audience == 0 && !hub.isShown("s-1"))
        hub.end()
    }

    @Test func theLogIsWholeAndOnce() {
        var log = SessionLog()
        let entry = { (time: Int64, text: String) in
            SessionLog.Entry(
                timeNs: time, boundNs: 0, kind: "mark", payload: ["label": .string(text)])
        }
        let first = log.add([entry(2, "b"), entry(1, "a")])
        #expect(first.count == 2)
        // The file and the live events tell the same.
        let second = log.add([entry(2, "b"), entry(3, "c")])
        #expect(second.map(\.timeNs) == [3])
        #expect(log.entries.map(\.timeNs) == [1, 2, 3])
        for number in 0..<2000 { _ = log.add([entry(Int64(number + 10), "x")]) }
        #expect(log.entries.count == SessionLog.most)
        #expect(log.entries.last?.timeNs == 2009)
    }

    @Test func marksAndEventsAreTold() throws {
        let mark = StreamItem(
            stream: "", kind: .event, firstIndex: 0, count: 1, timeNs: 5, periodNs: 0, boundNs: 3,
            channels: [], values: "",
            event: ["label": "note", "actor": "uid 1", "detail": ["text": "<b>"]], missed: 0)
        let entry = try #require(SessionLog.Entry(mark))
        #expect(entry.kind == "mark" && entry.boundNs == 3)
        #expect(entry.payload["detail"] == ["text": "<b>"])
        var other = mark
        other.event = ["kind": "paused", "payload": ["reason": "tea"]]
        #expect(SessionLog.Entry(other)?.payload["reason"] == "tea")
        other.event = ["kind": "turn", "payload": ["text": "secret"]]
        #expect(SessionLog.Entry(other) == nil)
    }
}
