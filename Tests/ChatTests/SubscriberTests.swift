import Testing
import Web

@testable import Chat

@Suite struct SubscriberTests {
    /// What a page does not read in time is dropped, and the gap in the revisions shows it.
    @Test func whoReadsTooSlowlyCostsLittle() async {
        let subscriber = Subscriber(close: {})
        for revision in 1...1000 {
            subscriber.send(.patch(revision: revision, text: "{}"))
        }
        subscriber.finish()
        var revisions: [Int] = []
        for await case .patch(let revision, _) in subscriber.stream { revisions.append(revision) }
        #expect(revisions == Array((1001 - Subscriber.mostWaiting)...1000))
    }

    @Test func momentsStandInUTC() {
        #expect(UTCText.of(1_700_000_000_123) == "2023-11-14T22:13:20.123Z")
    }
}
