import SessionStore
import StudyProtocol
import Timebase

/// What happened in a session, as far as it is exported: the same for tables and for formats with markers.
extension SessionExport {
    /// What a stream is called; nil for one that is not exported.
    func streamName(_ stream: Int64) -> String? { streams.first { $0.id == stream }?.name }

    /// The turns that are exported, in the order in which they were sent.
    func turns() throws(ExportError) -> [Turn] {
        guard shows(.turns) else { return [] }
        let turns = try fromStore { () throws(SessionStoreError) in try reader.turns() }
        return turns.filter { takes($0.sent) }
    }

    /// Hands out the events that are exported, by time. Not all of them are in memory at once.
    func forEachEvent(_ body: (SessionEvent) throws -> Void) throws {
        for (from, to) in try eventSlices() {
            for event in try reader.events(from: from, to: to) where takes(event) {
                try body(event)
            }
        }
    }

    /// Whether an event is exported: by its moment, its stream, and what it holds.
    private func takes(_ event: SessionEvent) -> Bool {
        if let stream = event.stream, streamName(stream) == nil { return false }
        return takes(event.time)
            && EventConsent.data(in: event.kind).allSatisfy { shows($0) }
            && (event.kind != "hover" || shows(.pointer))
    }

    /// Stretches of time of which each holds about 50,000 events; the first and the last are open.
    func eventSlices() throws(SessionStoreError) -> [(from: Instant?, to: Instant?)] {
        let count = try reader.count(of: .events)
        let start = session.description.started
        var end = session.stopped ?? start
        for stream in streams { end = max(end, try reader.timeRange(of: stream.id)?.last ?? end) }
        let number = min(count / 50_000 + 1, 1024)
        let width = (end - start) / number
        guard number > 1, width > 0 else { return [(nil, nil)] }
        return (0..<number).map { slice in
            (
                slice == 0 ? nil : start + slice * width,
                slice == number - 1 ? nil : start + (slice + 1) * width
            )
        }
    }

    /// The gaps that are exported, with the names of their streams.
    func gaps() throws(ExportError) -> [(stream: String, gap: Gap)] {
        let rows = try fromStore { () throws(SessionStoreError) in try reader.gaps() }
        return rows.compactMap { row in
            guard takes(from: row.gap.start, to: row.gap.end), let name = streamName(row.stream)
            else { return nil }
            return (name, row.gap)
        }
    }

    /// The phases that are exported, with the moments at which they ended; the recording's end where they
    /// lasted till then, nil where it goes on.
    func stays() -> [(phase: Phase, ended: Instant?)] {
        phases.filter { selection.takes(phase: $0.name) }.map { ($0, $0.ended ?? session.stopped) }
    }
}
