import Link
import SessionStore
import Timebase

/// Streams of markers of our own exports: Protocols/formats/signals.md says what they hold. They become again what they
/// were made from.
///
/// They stand behind the signals whose gaps they tell, and so are read before. Used by one thread.
final class OwnMarkers: XDFSecondReading {
    private struct Marker {
        var time: Int64
        var text: String
    }

    let survey: XDFSurvey
    private let recorder: RecorderTime
    /// By the name of the stream.
    private var markers: [String: [Marker]] = [:]
    private var bytes = 0

    private static let mostBytes = 56 << 20
    private static let eventStreams: Set<String> = ["marks", "suggestions", "emotions", "events"]
    private static let others: Set<String> = [
        "turns", "turn texts", "phases", "gaps", "clock segments",
    ]
    private static let keyMeaning = "A key that went down or came up"

    init(_ survey: XDFSurvey, _ recorder: RecorderTime) {
        self.survey = survey
        self.recorder = recorder
    }

    /// Whether a stream's markers become something else than events of a stream.
    func takes(_ header: XDFStreamHeader) -> Bool {
        guard header.isAligned, header.format.value == .string else { return false }
        let name = Self.plain(header.name)
        return Self.eventStreams.contains(name) || Self.others.contains(name)
            || header.meaning.hasPrefix(Self.keyMeaning)
    }

    /// The name without what is added where a signal has the same one.
    private static func plain(_ name: String) -> String {
        var name = name
        while name.hasSuffix(" (markers)") { name.removeLast(" (markers)".count) }
        return name
    }

    // MARK: - Reading

    func samples(_ stream: UInt32, _ block: XDFBlock, at position: Int64) {
        guard let place = survey.place(of: stream, at: position),
            takes(survey.streams[place].header), case .texts(let rows) = block.values
        else { return }
        let name = survey.streams[place].header.name
        for (stamp, row) in zip(block.stamps, rows) where stamp.isFinite {
            let text = row.first ?? ""
            bytes += text.utf8.count + 32
            guard bytes <= Self.mostBytes else { return }
            markers[name, default: []].append(
                Marker(time: recorder.nanoseconds(stamp), text: text))
        }
    }

    private func markers(named name: String) -> [Marker] {
        markers.filter { Self.plain($0.key) == name }.flatMap(\.value)
    }

    // MARK: - Signals

    /// Gaps and bounds of a signal, by time.
    func known(of stream: String) -> [(time: Int64, cut: SampleFeed.Cut)] {
        var found: [(time: Int64, cut: SampleFeed.Cut)] = []
        for marker in markers(named: "gaps") {
            guard let words = Self.words(marker.text), words["stream"]?.string == stream,
                let cause = words["cause"]?.string.flatMap(Gap.Cause.init(rawValue:)),
                let lost = words["lost"]?.integer
            else { continue }
            let bound = words["lost_bound"]?.integer ?? .max
            let end = words["until"]?.number.map(recorder.nanoseconds)
            found.append(
                (
                    marker.time,
                    .gap(
                        cause, lost: max(0, lost), bound: max(0, bound), from: marker.time,
                        until: end)
                ))
        }
        for marker in markers(named: "clock segments") {
            guard let words = Self.words(marker.text), words["stream"]?.string == stream,
                let bound = words["bound"]?.number, bound >= 0, bound < 1e6
            else { continue }
            found.append((marker.time, .bound(Int64(clamping: (bound * 1e9).rounded()))))
        }
        return found.enumerated().sorted {
            ($0.element.time, $0.offset) < ($1.element.time, $1.offset)
        }
        .map(\.element)
    }

    private static func words(_ text: String) -> JSONValue? {
        try? JSONValue(parsing: text)
    }

    // MARK: - Everything else

    /// Brings in what is no signal.
    func fill(_ run: ImportRun) throws(ImportError) {
        guard let builder = run.builder else { return }
        for name in Self.eventStreams.sorted() {
            for marker in markers(named: name) {
                // The kind, a blank, and what more is known.
                let parts = marker.text.split(
                    separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
                let kind = String(parts[0].prefix(200))
                let payload = parts.count > 1 ? String(parts[1]) : "{}"
                let isJSON = Self.words(payload) != nil
                try builder.event(
                    nil, kind: kind.isEmpty ? "marker" : kind, at: marker.time, bound: 0,
                    isJSON ? payload : JSONValue.object(["value": .string(marker.text)]).text)
            }
        }
        for marker in markers(named: "phases") {
            if marker.text.hasSuffix(" begins") {
                try builder.phase(String(marker.text.dropLast(7)), at: marker.time)
            } else if marker.text.hasSuffix(" ends") {
                try builder.phase(nil, at: marker.time)
            }
        }
        try fillTurns(builder)
        for stream in survey.streams where stream.header.meaning.hasPrefix(Self.keyMeaning) {
            try fillKeys(stream.header, run, builder)
        }
        run.notes.add(
            "",
            "Bounds of the times of events, turns and keys, and what an XDF file has no place for, such "
                + "as consent and drafts, were not in the file.")
    }

    private func fillTurns(_ builder: SessionBuilder) throws(ImportError) {
        let texts = markers(named: "turn texts")
        var turns: [Int64: Turn] = [:]
        var order: [Int64] = []
        var sent = 0
        for marker in markers(named: "turns") {
            let words = marker.text.split(separator: " ")
            guard words.count >= 4, words[0] == "turn", let number = Int64(words[1]), number > 0,
                let what = words.last
            else { continue }
            let time = Instant(nanoseconds: marker.time)
            if turns[number] == nil {
                order.append(number)
                turns[number] = Turn(
                    number: number, author: words[2..<words.count - 1].joined(separator: " "),
                    text: "", sent: time)
            }
            switch what {
            case "began": turns[number]?.composedFrom = time
            case "sent":
                turns[number]?.sent = time
                if sent < texts.count { turns[number]?.text = texts[sent].text }
                sent += 1
            case "shown": turns[number]?.shown = time
            default: break
            }
        }
        for number in order.sorted() { if let turn = turns[number] { try builder.add(turn) } }
    }

    /// Presses with their releases, which are those of the first open press of the class.
    private func fillKeys(
        _ header: XDFStreamHeader, _ run: ImportRun, _ builder: SessionBuilder
    ) throws(ImportError) {
        let id = run.newStream()
        let name = builder.unique(Self.plain(header.name))
        try builder.add(
            StreamDescription(
                id: id, name: name, kind: "keys", source: header.source, profileName: "xdf",
                clock: .stamped))
        run.tell(id, source: header.name)
        var presses: [KeyPress] = []
        var releases: [Int: KeyRelease] = [:]
        var open: [String: [Int]] = [:]
        for marker in markers[header.name] ?? [] {
            let time = Instant(nanoseconds: marker.time)
            if marker.text.hasSuffix(" down") {
                let kind = String(marker.text.dropLast(5).prefix(200))
                open[kind, default: []].append(presses.count)
                presses.append(
                    KeyPress(
                        stream: id, ordinal: Int64(presses.count), pressed: time, keyClass: kind,
                        bound: 0))
            } else if marker.text.hasSuffix(" up") {
                let kind = String(marker.text.dropLast(3).prefix(200))
                guard let press = open[kind]?.first else { continue }
                open[kind]?.removeFirst()
                releases[press] = KeyRelease(
                    stream: id, ordinal: Int64(press), released: time, pairing: .order)
            }
        }
        for (place, press) in presses.enumerated() { try builder.add(press, releases[place]) }
    }
}
