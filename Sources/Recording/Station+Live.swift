import Foundation
import Link
import Timebase

/// Live subscribers: each gets each stream as it comes, and is told what it missed.
extension Station {
    func updateFollowed() {
        feed.follow(Set(subscriptions.map(\.session)))
        sequencer.messages.post(.look)
    }

    func deliverLive() {
        let (items, missed) = feed.takeAll()
        for (session, streams) in missed {
            for subscription in subscriptions where subscription.session == session {
                for (stream, count) in streams {
                    subscription.missed[stream, default: 0] += count
                }
            }
        }
        var isStale = false
        for item in items {
            // Written once, whoever many take it.
            var text: String?
            for subscription in subscriptions where subscription.session == item.session {
                guard subscription.call.isOpen else {
                    isStale = true
                    continue
                }
                guard subscription.wants(item) else { continue }
                guard subscription.call.canTake else {
                    subscription.missed[item.stream, default: 0] += 1
                    continue
                }
                if text == nil { text = item.encodedValues }
                let reply = ControlInterface.Subscribe.Reply(
                    item: item.streamItem(
                        values: text ?? "", missed: subscription.missed[item.stream] ?? 0))
                if subscription.call.reply(reply, continues: true) {
                    subscription.missed[item.stream] = nil
                } else {
                    subscription.missed[item.stream, default: 0] += 1
                }
            }
        }
        if isStale {
            subscriptions.removeAll { !$0.call.isOpen }
            updateFollowed()
        }
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
