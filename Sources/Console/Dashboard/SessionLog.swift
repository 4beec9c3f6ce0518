import Link
import SessionStore
import Timebase

/// What was done and noted in a session, in the order of its time. A pure value.
struct SessionLog: Sendable {
    struct Entry: Hashable, Sendable {
        var timeNs: Int64
        var boundNs: Int64
        var kind: String
        /// What the event says, as it is stored.
        var payload: JSONValue
    }

    /// The kinds of events that an operator follows; phases come beside them.
    static let kinds = [
        "mark", "deviation", "paused", "resumed", "message", "alarm", "alarm_acknowledged",
        "fitting_notes",
    ]
    /// Entries that are kept: more than anybody scrolls through while a session runs.
    static let most = 500

    private(set) var entries: [Entry] = []
    private var known: Set<Entry> = []

    /// - Returns: those that are new.
    mutating func add(_ new: [Entry]) -> [Entry] {
        let news = new.filter { known.insert($0).inserted }
        guard !news.isEmpty else { return [] }
        entries = (entries + news).sorted { $0.timeNs < $1.timeNs }
        if entries.count > Self.most {
            for old in entries.prefix(entries.count - Self.most) { known.remove(old) }
            entries.removeFirst(entries.count - Self.most)
        }
        return news
    }

    func told(all: Bool) -> JSONValue { Self.told(entries, all: all) }

    /// - Parameter all: whether they replace what a page has.
    static func told(_ entries: [Entry], all: Bool) -> JSONValue {
        [
            "all": .bool(all),
            "entries": .array(
                entries.map {
                    [
                        "t_ns": .integer($0.timeNs), "bound_ms": .real(Double($0.boundNs) / 1e6),
                        "kind": .string($0.kind), "detail": $0.payload,
                    ]
                }),
        ]
    }
}

extension SessionLog.Entry {
    /// A live event; nil for one that is none of an operator's business.
    init?(_ item: StreamItem) {
        guard item.kind == .event, item.stream.isEmpty, let event = item.event else { return nil }
        if let label = event["label"]?.string {
            self.init(
                timeNs: item.timeNs, boundNs: item.boundNs, kind: "mark",
                payload: [
                    "label": .string(label), "actor": event["actor"] ?? nil,
                    "detail": event["detail"] ?? nil,
                ])
            return
        }
        guard let kind = event["kind"]?.string, kind == "phase" || SessionLog.kinds.contains(kind)
        else { return nil }
        self.init(
            timeNs: item.timeNs, boundNs: item.boundNs, kind: kind,
            payload: event["payload"] ?? nil)
    }

    /// An event of the session's file.
    init?(_ event: SessionEvent) {
        guard let payload = try? JSONValue(parsing: event.payload) else { return nil }
        self.init(
            timeNs: event.time.nanoseconds, boundNs: event.bound, kind: event.kind,
            payload: payload)
    }

    init(_ phase: Phase) {
        self.init(
            timeNs: phase.started.nanoseconds, boundNs: 0, kind: "phase",
            payload: ["phase": .string(phase.name)])
    }
}
