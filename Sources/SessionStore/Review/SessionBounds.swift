import Timebase

/// What additions to a session are held against: its time, its turns and its streams.
struct SessionBounds {
    let identifier: String
    /// From the start or the first sample, whichever was earlier, to the end or the last sample.
    let first: Instant
    let last: Instant
    private let turns: [Int64: [UInt16]]
    private let streams: [Int64: Set<String>]

    /// - Throws: `wrongState` for a session that is not finished.
    init(path: String) throws(SessionStoreError) {
        let reader = try SessionReader.open(at: path)
        identifier = try reader.finishedSession()
        let row = try reader.session()
        var first = row.description.started
        var last = row.stopped ?? first
        var channels: [Int64: Set<String>] = [:]
        for stream in try reader.streams() {
            channels[stream.id] = Set(stream.channels.map(\.name))
            guard !stream.channels.isEmpty, let range = try reader.timeRange(of: stream.id) else {
                continue
            }
            first = min(first, range.first)
            last = max(last, range.last)
        }
        var turns: [Int64: [UInt16]] = [:]
        for turn in try reader.turns() {
            if let number = turn.number { turns[number] = Array(turn.text.utf16) }
            first = min(first, turn.sent)
            last = max(last, turn.sent, turn.shown ?? turn.sent)
        }
        try reader.close()
        (self.first, self.last, self.turns, streams) = (first, last, turns, channels)
    }

    /// What of an annotation does not fit the session, in words; nil where all does.
    func problem(of change: AnnotationChange) -> String? {
        for time in [change.start, change.end].compactMap(\.self) {
            if let problem = problem(of: time) { return problem }
        }
        if let stream = change.stream {
            guard let channels = streams[stream] else {
                return "the session has no stream \(stream)"
            }
            if let channel = change.channel, !channels.contains(channel) {
                return "the stream \(stream) has no channel '\(channel)'"
            }
        }
        guard let number = change.turn else { return nil }
        guard let text = turns[number] else { return "the session has no turn \(number)" }
        guard let start = change.spanStart, let end = change.spanEnd else { return nil }
        guard end <= text.count else {
            return "the turn \(number) has \(text.count) UTF-16 code units, the span ends at \(end)"
        }
        for edge in [start, end] where edge < text.count {
            if UTF16.isTrailSurrogate(text[Int(edge)]) {
                return "the span cuts a character of the turn \(number) in two"
            }
        }
        return nil
    }

    func problem(of time: Instant) -> String? {
        guard first <= time, time <= last else {
            let seconds = Double(time - first) / 1e9
            return "\(seconds) s is not within the session, which has "
                + "\(Double(last - first) / 1e9) s"
        }
        return nil
    }

    func hasTurn(_ number: Int64) -> Bool { turns[number] != nil }
}
