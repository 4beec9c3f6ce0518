import Reports
import SessionStore
import Timebase

/// Writes one session's file and the table of its signals beside it.
struct EDFSession {
    private let session: SessionExport
    private let streams: [EDFStream]
    private let output: FormatOutput
    private let isWide: Bool
    private let origin: Instant
    private let start: CalendarTime
    private let name: String

    /// Signals that a file has at most; the rest of EDFlib's 640 is for annotations.
    private static let mostSignals = 576
    /// Bytes of a record; what EDFlib and other readers take.
    private static let largestRecord = 10 << 20

    init(_ session: SessionExport, _ streams: [EDFStream], _ output: FormatOutput) throws {
        self.session = session
        self.streams = streams
        self.output = output
        isWide = streams.contains { stream in
            stream.description.channels.indices.contains { place in
                EDFScale.needsMore(
                    stream.extents[place], stream.description.channels[place],
                    stream.table.forms[place])
            }
        }
        name =
            "\(output.subfolder(of: session))\(session.key.session)."
            + (isWide ? "bdf" : "edf")
        // The file begins with a whole second of UTC, at or before everything in it.
        let events = try session.edfAnnotations()
        let earliest = min(
            session.session.description.started, events.first?.time ?? Instant(nanoseconds: .max),
            streams.map(\.first).min() ?? Instant(nanoseconds: .max))
        let realtime = session.clock.realtime(earliest)
        let second = realtime.flooredQuotient(1_000_000_000) * 1_000_000_000
        let calendar = CalendarTime(nanosecondsSince1970: second)
        if (1985...2084).contains(calendar.year) {
            start = calendar
            origin = earliest + (second - realtime)
        } else {
            // As one does to leave dates out.
            start = CalendarTime(nanosecondsSince1970: 473_385_600_000_000_000)
            origin = earliest
            output.notes.add(
                "\(name): the year \(calendar.year) is none that EDF+ has; the file begins on "
                    + "1985-01-01 00:00:00")
        }
        annotations = events
    }

    private let annotations: [EDFAnnotation]

    func write() throws {
        let signals = signals()
        // The point of a stream's last sample may be half a period behind it, and lies within the file.
        let end = max(
            session.session.stopped ?? origin, annotations.last?.time ?? origin,
            streams.map { $0.last + (Int64(0.5e9 / $0.rate) + 1) }.max() ?? origin)
        let length = max(1, end - origin)
        let breaks = zip(streams, signals).reduce(0) {
            $0 + $1.0.breaks * (streams.count == 1 ? 1 : $1.1.count)
        }
        let layout = EDFLayout(
            rates: streams.map(\.rate), length: length, annotations: annotations.count + breaks)
        let bytes =
            zip(streams, signals).reduce(0) { $0 + $1.1.count * layout.points(of: $1.0.rate) }
            * (isWide ? 3 : 2) + layout.annotationSignals * 120
        guard bytes <= Self.largestRecord else {
            throw ExportError(
                code: .nothing,
                message: "the signals of \(session.entry.path) are too many for a file of EDF+ "
                    + "(\(bytes) bytes a record); choose fewer with --streams")
        }
        let grids = try grids(signals, layout)
        let file = try EDFFile(
            path: output.folder.place(name), header(signals, layout))
        for number in 0..<layout.records {
            if number & 63 == 0 { try output.run.proceed(name) }
            var digits: [Int32] = []
            for grid in grids { digits += try grid.record(number) }
            try file.record(&digits)
        }
        for grid in grids { try grid.close(at: layout.records * layout.record) }
        let everything =
            (annotations + Self.annotations(grids, origin, isAlone: streams.count == 1))
            .enumerated().sorted { ($0.element.time, $0.offset) < ($1.element.time, $1.offset) }
        for (_, annotation) in everything {
            try file.annotate(
                onset: (annotation.time - origin + 50_000) / 100_000,
                duration: annotation.duration.map { ($0 + 50_000) / 100_000 }, annotation.text)
        }
        try file.close()
        let rows = grids.reduce(0) { $0 + $1.outcome.samples }
        output.run.count(rows)
        output.folder.add(name, "session", rows: rows, isSamples: true)
        try EDFSidecar(name: name, session: session, streams: streams, grids: grids, layout: layout)
            .write(to: output)
    }

    /// Of each stream its signals, under labels of their own.
    private func signals() -> [[EDFSignal]] {
        var taken: Set<String> = ["edf annotations", "bdf annotations"]
        var left = Self.mostSignals
        return streams.map { stream in
            let description = stream.description
            return description.channels.enumerated().compactMap { place, channel in
                guard left > 0 else {
                    output.notes.add(
                        "\(name): more than \(Self.mostSignals) signals; \(channel.name) of "
                            + "\(description.name) and those behind it are left out")
                    return nil
                }
                left -= 1
                let form = stream.table.forms[place]
                return EDFSignal(
                    label: Self.label(description.name, channel.name, &taken),
                    unit: EDFText.ascii(form.hasValues ? channel.unit : "", 8), channel: place,
                    form: form,
                    scale: EDFScale(stream.extents[place], channel, form, isWide: isWide))
            }
        }
    }

    /// At most 16 bytes: the channel's name; where that is taken with the stream's before it, and then a
    /// number at its end.
    private static func label(
        _ stream: String, _ channel: String, _ taken: inout Set<String>
    ) -> String {
        let plain = EDFText.ascii(channel, 16)
        var wishes = [plain, EDFText.ascii("\(stream) \(channel)", 16)]
        if plain.isEmpty { wishes = [EDFText.ascii(stream, 16)] }
        for wish in wishes where !wish.isEmpty && taken.insert(wish.lowercased()).inserted {
            return wish
        }
        var number = 2
        while true {
            let stem = EDFText.ascii(channel, 15 - String(number).count)
            let label = "\(stem) \(number)"
            if taken.insert(label.lowercased()).inserted { return label }
            number += 1
        }
    }

    private func header(_ signals: [[EDFSignal]], _ layout: EDFLayout) -> EDFFile.Header {
        let entries = zip(streams, signals).flatMap { stream, signals in
            signals.map { signal in
                let channel = stream.description.channels[signal.channel]
                let what = "\(stream.description.name): \(channel.name) \(channel.label)"
                return (signal, layout.points(of: stream.rate), EDFText.ascii(what, 80))
            }
        }
        return EDFFile.Header(
            isWide: isWide, patient: EDFText.word(session.key.participant, 60),
            recording: EDFText.word(session.key.session, 30), start: start, layout: layout,
            signals: entries)
    }

    private func grids(_ signals: [[EDFSignal]], _ layout: EDFLayout) throws -> [EDFGrid] {
        try zip(streams, signals).map { stream, signals in
            try EDFGrid(
                session, stream.description, signals,
                EDFGrid.Rule(
                    count: layout.points(of: stream.rate), record: layout.record,
                    isRegular: stream.isRegular, period: 1e9 / stream.rate), origin: origin)
        }
    }

    /// `BAD_gap` for each stretch without a value: MNE leaves such out. With several streams one a signal,
    /// which is named behind `@@`, as EDF+ has it.
    private static func annotations(
        _ grids: [EDFGrid], _ origin: Instant, isAlone: Bool
    ) -> [EDFAnnotation] {
        grids.flatMap { grid in
            grid.outcome.missing.flatMap { stretch in
                (isAlone ? [""] : grid.signals.map { "@@\($0.label)" }).map { signal in
                    EDFAnnotation(
                        time: origin + stretch.lowerBound,
                        duration: stretch.upperBound - stretch.lowerBound,
                        text: "BAD_gap\(signal)")
                }
            }
        }
    }
}
