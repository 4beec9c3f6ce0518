import Link
import SessionStore
import SystemCalls
import Timebase

/// The second reading of an XDF file: its samples, into a session.
///
/// Used by one thread.
final class XDFFilling: XDFSecondReading {
    private let source: ByteSource
    let survey: XDFSurvey
    private let recorder: RecorderTime
    private let run: ImportRun
    private let file: String
    /// Streams, by their place in the file, whose samples are packets of their own.
    private let apart: Set<Int>
    /// One a stream of the survey; nil in a dry run.
    private var feeds: [SampleFeed?] = []
    private var descriptions: [StreamDescription] = []
    private var counts: [Int64] = []
    private var cuts: [Int] = []
    private var lasts: [Int64?] = []
    private var damaged: Int64 = 0
    private var damages = 0
    private var orphans: [UInt32: Int] = [:]
    /// Of our own exports: what their streams of markers say.
    private var markers: OwnMarkers?
    /// Streams whose packets have several samples, by their number: their places in the file.
    private(set) var grouped: [Int64: Int] = [:]
    /// Streams whose times lines carry, by their number: their places in the file, and what lines have to fit.
    private(set) var lined: [Int64: (place: Int, checkpoints: [(index: Int64, time: Int64)])] = [:]
    /// Streams, by their place in the file, whose stamps stay.
    private let stamped: Set<Int>
    /// Streams, by their place in the file, that have few samples.
    private var short: Set<Int> = []

    /// Readings of a stream's clock that the estimator works with at most; of more samples, several are one.
    private static let mostReadings: Int64 = 4_000_000
    /// So many samples, or 30 seconds of them, are few.
    private static let fewSamples: ClosedRange<Int64> = 64...256
    /// So many samples whose stamps are late by so many nanoseconds now and then are told better by a line, few as
    /// they are.
    private static let fewLate = (samples: 32, jitter: 1_000_000)

    init(
        _ facts: XDFFileFacts, _ recorder: RecorderTime, _ run: ImportRun, apart: Set<Int> = [],
        stamped: Set<Int> = []
    ) {
        self.apart = apart
        self.stamped = stamped
        source = facts.source
        survey = facts.survey
        self.recorder = recorder
        self.run = run
        file = XDFImport.name(facts.source.path)
    }

    /// Brings the whole file in.
    func fill() throws(ImportError) {
        if survey.header.isOwn {
            let own = OwnMarkers(survey, recorder)
            try XDFScanner(source, readsSamples: true).run(own)
            markers = own
        }
        for stream in survey.streams { try begin(stream) }
        try XDFScanner(source, readsSamples: true).run(self)
        for place in feeds.indices { try finish(place) }
        try markers?.fill(run)
        for note in survey.notes.all { run.notes.add(note.subject, note.message) }
        for (tag, found) in survey.unknownTags.sorted(by: { $0.key < $1.key }) {
            run.notes.add(
                file,
                "\(found.count) chunks of the tag \(tag), which XDF 1.0 does not have, were passed over "
                    + "(\(found.bytes) bytes).")
        }
        for (number, count) in orphans.sorted(by: { $0.key < $1.key }).prefix(20) {
            run.notes.add(
                file, "\(count) chunks of stream \(number) cannot be read: it has no header.")
        }
        if damages > 0 {
            run.notes.add(
                file,
                "The file is damaged in \(damages) places: \(damaged) bytes are no whole chunks. What is "
                    + "left of them is in the session.")
        }
        let bytes = (try? FileSystem.size(source.path)) ?? source.size
        let hash = try inStore { () throws(SessionStoreError) in
            try FileHash.sha256(source.path)
        }
        run.add(source: [
            "file": .string(file), "format": "xdf", "bytes": .integer(bytes),
            "sha256": .string(hash), "damages": .integer(Int64(damages)),
        ])
    }

    private func begin(_ stream: XDFStream) throws(ImportError) {
        let header = stream.header
        if markers?.takes(header) == true {
            // What they say becomes what it was: events, turns, keys, phases, gaps.
            descriptions.append(StreamDescription(id: 0, name: header.name, kind: ""))
            counts.append(0)
            cuts.append(0)
            lasts.append(nil)
            feeds.append(nil)
            return
        }
        let wanted =
            header.isAligned && !header.name.isEmpty
            ? header.name : ImportName.stream(header.name, or: "stream")
        let keepsStamps = !header.isAligned
        let name = run.builder?.unique(String(wanted.prefix(200))) ?? wanted
        var description = header.description(
            id: run.newStream(), name: name, source: header.source.isEmpty ? file : header.source,
            keepsStamps: keepsStamps)
        // Times that were aligned are not to be aligned again; and a line through few samples tells less than their
        // own stamps.
        let isShort =
            stream.declared < Self.fewSamples.lowerBound
            || Double(stream.declared) < header.format.rate * 30
                && stream.declared < Self.fewSamples.upperBound
        let keepsTimes = header.isAligned || isShort || stamped.contains(feeds.count)
        if keepsTimes { description.clock = .stamped }
        if isShort, !header.isAligned, !stamped.contains(feeds.count) { short.insert(feeds.count) }
        descriptions.append(description)
        counts.append(0)
        cuts.append(0)
        lasts.append(nil)
        guard let builder = run.builder else {
            feeds.append(nil)
            return
        }
        try builder.add(description)
        if let bound = header.bound, header.isAligned {
            builder.widen(
                description.id, to: Int64(clamping: min(max(0, bound) * 1e9, 1e15).rounded(.up)))
        }
        if keepsStamps {
            for offset in stream.offsets
            where offset.time.isFinite && offset.offset.isFinite
                && abs(offset.time) < StampCleaner.largest
                && abs(offset.offset) < StampCleaner.largest
            {
                try builder.observe(
                    description.id, device: recorder.nanoseconds(offset.time),
                    at: recorder.nanoseconds(offset.recorded))
            }
        }
        let isText = header.format.value == .string
        let columns = description.channels.prefix(header.format.channels).map {
            $0.storage == .integer ? SampleColumn.integers([]) : .reals([])
        }
        feeds.append(
            SampleFeed(
                stream: description.id, values: isText ? .texts([]) : .columns(columns),
                clock: stream.clock, recorder: recorder, step: header.format.step,
                isAligned: header.isAligned, known: markers?.known(of: header.name) ?? [],
                keepsStamps: keepsStamps,
                grouping: Int(
                    (stream.declared + Self.mostReadings - 1) / max(1, Self.mostReadings)),
                groupsDeduced: !keepsTimes && !apart.contains(feeds.count), builder: builder))
    }

    private func finish(_ place: Int) throws(ImportError) {
        let stream = survey.streams[place]
        var description = descriptions[place]
        guard description.id > 0 else { return }
        let source = "\(file): \(stream.header.name)"
        func tell(_ message: String) { run.notes.add(description.name, message) }
        if let feed = feeds[place], let builder = run.builder {
            try feed.finish()
            counts[place] = feed.samples
            run.tell(
                description.id, source: source, offsets: stream.offsets.count, resets: feed.resets)
            if !stream.header.isAligned {
                let late = Self.fewLate
                if short.contains(place), stream.header.format.rate > 0, feed.resets == 0,
                    feed.samples >= late.samples, feed.jitter >= late.jitter
                {
                    description.clock = .arrival
                }
                description.delayUncertainty = feed.bound
                try builder.add(description)
            }
            if feed.hasGroups { grouped[description.id] = place }
            if !stream.header.isAligned, description.clock == .stamped,
                stream.header.format.rate > 0
            {
                builder.widen(
                    description.id, to: feed.bound.addingReportingOverflow(feed.jitter).0)
            }
            if description.clock == .arrival {
                lined[description.id] = (place, feed.checkpoints)
            } else if stamped.contains(place) {
                tell("No line fits its times: its samples keep their stamps, with their jitter.")
            }
            if feed.replaced > 0 {
                tell(
                    "\(feed.replaced) stamps are impossible or far from those around them; their "
                        + "samples' times follow from the others.")
            }
            if feed.unexplainedJumps > 0 {
                tell(
                    "The sender's clock went back \(feed.unexplainedJumps) times, and no clock offset "
                        + "tells by how much: what comes behind is placed right after what was before."
                )
            }
            if feed.guesses > 0 {
                tell(
                    "The sender's clock began anew before it was compared for the first time: nothing tells "
                        + "when the first \(feed.guesses) samples were, which are placed right before those behind."
                )
            }
            if feed.disordered > 0, stream.header.format.rate <= 0 {
                tell(
                    "\(feed.disordered) samples are stamped later than the one behind them; they have its "
                        + "time, and their own stamps stand in \(XDFStreamHeader.stampName).")
            }
        } else {
            run.count(description, source: source, samples: counts[place], last: lasts[place])
        }
        if cuts[place] > 0 { tell("\(cuts[place]) texts are longer than 1 MiB and were cut.") }
        if stream.offsets.isEmpty, counts[place] > 0 {
            tell(
                "It has no clock offsets: its clock is taken for the recorder's, and nothing tells by how "
                    + "much that is wrong.")
        }
        if let footer = stream.footer, let wanted = footer.samples, wanted != counts[place] {
            let difference = abs(wanted.subtractingReportingOverflow(counts[place]).partialValue)
            tell(
                "Its footer counts \(wanted) samples, the file has \(counts[place]): "
                    + "\(difference) \(wanted > counts[place] ? "are missing" : "more").")
        }
        if stream.footer == nil, counts[place] > 0 {
            tell("It has no footer: the recording was not ended in order.")
        }
    }

    // MARK: - Chunks

    func samples(_ stream: UInt32, _ block: XDFBlock, at position: Int64) throws(ImportError) {
        guard let place = survey.place(of: stream, at: position) else { return }
        cuts[place] += block.cut
        guard let feed = feeds[place] else {
            counts[place] += Int64(block.count)
            if let last = block.stamps.last(where: \.isFinite) {
                let clock = survey.streams[place].clock
                let stretch = clock.stretches.count - 1
                lasts[place] = recorder.nanoseconds(clock.map(last, in: stretch).time)
            }
            return
        }
        let values: SampleFeed.Values =
            switch block.values {
            case .texts(let rows): .texts(rows)
            case .integers(let columns): .columns(columns.map { .integers($0) })
            case .reals(let columns): .columns(columns.map { .reals($0) })
            }
        try feed.add(block.stamps, values, at: position, losses: block.losses)
    }

    func damage(_ reason: String, from: Int64, to: Int64, stream: UInt32?) {
        if let stream, survey.place(of: stream, at: from) == nil {
            orphans[stream, default: 0] += 1
            return
        }
        damages += 1
        damaged += to - from
        // Whose samples these were, nobody knows: where the next ones have no stamp, it is not counted on from
        // those before.
        guard to > from else { return }
        if let stream, let place = survey.place(of: stream, at: from) {
            feeds[place]?.behind(-1)
        } else {
            for feed in feeds { feed?.behind(-1) }
        }
    }
}
