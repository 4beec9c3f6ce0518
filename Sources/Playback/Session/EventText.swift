import Foundation
import SessionStore
import Timebase

/// Puts events and gaps into words.
enum EventText {
    private struct Mark: Decodable {
        var label: String?
        var detail: [String: MarkDetail]?
    }

    static func happening(_ event: SessionEvent) -> Happening {
        guard event.kind == "mark" else {
            return Happening(
                time: event.time, kind: .event, subject: event.kind,
                text: event.payload == "{}" ? "" : event.payload, bound: event.bound)
        }
        // A mark whose payload is of another form is shown as it is.
        let mark = try? JSONDecoder().decode(Mark.self, from: Data(event.payload.utf8))
        var text = mark?.label ?? (event.payload == "{}" ? "" : event.payload)
        if let detail = mark?.detail, !detail.isEmpty {
            let list = detail.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value.text)" }
            text += " (\(list.joined(separator: ", ")))"
        }
        return Happening(time: event.time, kind: .mark, subject: "", text: text, bound: event.bound)
    }

    static func happening(_ gap: Gap, stream: String) -> Happening {
        let seconds = Double(max(0, gap.end - gap.start)) / 1e9
        let length =
            seconds < 1
            ? "\(TimeText.decimal(seconds * 1e3, places: 0)) ms"
            : "\(TimeText.decimal(seconds, places: 1)) s"
        let exactness = gap.lostBound == 0 ? "" : " ± \(gap.lostBound)"
        return Happening(
            time: gap.start, kind: .gap, subject: stream,
            text: "\(length), \(gap.lost)\(exactness) lost, \(words(gap.cause))")
    }

    private static func words(_ cause: Gap.Cause) -> String {
        switch cause {
        case .counter: "by the device's counter"
        case .inferred: "by late arrivals"
        case .corrupt: "corrupt bytes"
        case .overflow: "overflow"
        case .disconnect: "disconnected"
        case .restart: "daemon restarted"
        case .dropped: "dropped by the kernel"
        case .pause: "paused"
        case .sleep: "the machine slept"
        }
    }
}
