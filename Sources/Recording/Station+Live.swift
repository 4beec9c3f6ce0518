import Foundation
import Link
import Timebase

/// Live subscribers: each gets each stream as it comes, and is told what it missed.
extension Station {
    /// Pieces that are handed out before others are heard.
    private static let livePieces = 64

    func updateFollowed() {
        feed.follow(Set(subscriptions.map(\.session)))
        sequencer.messages.post(.look)
    }

    func deliverLive() {
        let items = feed.take(atMost: Self.livePieces)
        var isStale = false
        for item in items {
            // Written once, however many take it.
            var values: String?
            var whole: EncodedReply?
            for subscription in subscriptions where subscription.session == item.session {
                guard subscription.call.isOpen else {
                    isStale = true
                    continue
                }
                guard subscription.wants(item) else { continue }
                if item.missedBefore > 0 {
                    miss(item.missedBefore, of: item, subscription)
                }
                guard subscription.call.canTake else {
                    miss(1, of: item, subscription)
                    continue
                }
                let text = values ?? item.encodedValues
                values = text
                let missed = subscription.missed[item.stream] ?? 0
                guard
                    let reply = missed == 0
                        ? whole ?? item.reply(text, 0) : item.reply(text, missed)
                else { continue }
                if missed == 0 { whole = reply }
                if subscription.call.reply(reply) {
                    subscription.missed[item.stream] = nil
                } else {
                    miss(1, of: item, subscription)
                }
            }
        }
        if isStale {
            subscriptions.removeAll { !$0.call.isOpen }
            updateFollowed()
        }
    }

    private func miss(_ count: Int, of item: LiveFeed.Item, _ subscription: Subscription) {
        subscription.missed[item.stream, default: 0] += count
        missedPieces += Int64(count)
    }
}

extension Subscription {
    func wants(_ item: LiveFeed.Item) -> Bool {
        switch item.content {
        case .samples: streams?.contains(item.stream) ?? true
        case .event: wantsEvents && (item.stream.isEmpty || streams?.contains(item.stream) ?? true)
        }
    }
}

extension LiveFeed.Item {
    /// The values as base64 of little-endian doubles.
    var encodedValues: String {
        guard case .samples(_, _, _, let values) = content else { return "" }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(values.count * 8)
        for value in values {
            let pattern = value.bitPattern
            for shift in stride(from: 0, to: 64, by: 8) {
                bytes.append(UInt8(truncatingIfNeeded: pattern >> UInt64(shift)))
            }
        }
        return Data(bytes).base64EncodedString()
    }

    /// The piece as it goes out. All that it holds can be written.
    func reply(_ values: String, _ missed: Int) -> EncodedReply? {
        try? EncodedReply(
            ControlInterface.Subscribe.Reply(item: streamItem(values: values, missed: missed)))
    }

    func streamItem(values: String, missed: Int) -> StreamItem {
        switch content {
        case .samples(let firstIndex, let count, let period, _):
            StreamItem(
                stream: stream, kind: .samples, firstIndex: firstIndex, count: count,
                timeNs: time.nanoseconds, periodNs: period, boundNs: bound, channels: channels,
                values: values, missed: missed, arrivalNs: arrival.nanoseconds)
        case .event(let json):
            StreamItem(
                stream: stream, kind: .event, firstIndex: 0, count: 1, timeNs: time.nanoseconds,
                periodNs: 0, boundNs: bound, channels: [], values: "",
                event: try? JSONValue(parsing: json), missed: missed,
                arrivalNs: arrival.nanoseconds)
        }
    }
}
