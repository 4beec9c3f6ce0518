/// Everything of an XDF file but its samples: read first, since a session's beginning and the course of its
/// clocks have to be known before samples can be placed.
///
/// Used by one thread.
final class XDFSurvey: XDFVisitor {
    let path: String
    private(set) var header = XDFFileHeader()
    private(set) var streams: [XDFStream] = []
    private(set) var notes = ImportNotes()
    /// Tags that nobody knows, how often, and their bytes.
    private(set) var unknownTags: [UInt16: (count: Int, bytes: Int64)] = [:]
    /// How many chunks of samples have a number that no header before them has.
    private var strays: [UInt32: Int] = [:]
    /// Numbers whose header says too little.
    private var unreadable: Set<UInt32> = []
    private var isComplete = false
    /// Streams by their number, in the order of their headers.
    private var places: [UInt32: [Int]] = [:]
    /// Offsets of numbers that have no header yet.
    private var early: [UInt32: [ClockOffset]] = [:]
    private var kept = 0

    /// Streams of a file at most, of which samples are read.
    private static let mostStreams = 2_000
    /// Offsets of a file that are kept, and of one stream; then every other one goes.
    private static let mostOffsets = 4_000_000
    private static let mostOfStream = 200_000
    private static let mostFirst = 15
    private static let mostStrays = 10_000
    private static let usualNumbers: UInt64 = 16

    init(path: String) { self.path = path }

    /// Surveys a file.
    static func run(_ source: ByteSource) throws(ImportError) -> XDFSurvey {
        let survey = XDFSurvey(path: source.path)
        try XDFScanner(source, readsSamples: false).run(survey)
        survey.finish()
        return survey
    }

    private func finish() {
        isComplete = true
        for place in streams.indices {
            let number = streams[place].number
            if streams[place].generation == 0, let found = early[number] {
                streams[place].offsets.insert(contentsOf: found, at: 0)
            }
            streams[place].clock = StreamClock(streams[place].offsets)
            if let first = streams[place].firstStamps.first {
                streams[place].clock.precede(
                    by: first, streams[place].setbacks, step: streams[place].header.format.step)
            }
            let dropped = streams[place].clock.dropped
            if dropped > 0 {
                notes.add(
                    streams[place].header.name,
                    "\(dropped) of \(streams[place].offsets.count) clock offsets contradict those "
                        + "around them and were not used.")
            }
        }
    }

    /// The place in `streams` of the stream that samples at a position of the file belong to.
    func place(of number: UInt32, at position: Int64) -> Int? {
        // What stands before its header belongs to the first.
        guard let known = places[number] else { return nil }
        return known.last { streams[$0].position < position } ?? known.first
    }

    // MARK: - Chunks

    var numbers: [UInt32] { places.keys.sorted() }

    /// A stream whose header is lost has a small number, as the others have, and many chunks, mostly.
    func isDamaged(number: UInt32) -> Bool {
        guard isComplete, strays[number] == 1, !unreadable.contains(number) else { return false }
        return UInt64(number) > UInt64(places.keys.max() ?? 0) + Self.usualNumbers
    }

    func format(of stream: UInt32, at position: Int64) -> XDFFormat? {
        place(of: stream, at: position).map { streams[$0].header.format }
    }

    func fileHeader(_ text: [UInt8]) { header = XDFFileHeader(text) }

    func streamHeader(_ stream: UInt32, _ text: [UInt8], at position: Int64) {
        let read: XDFStreamHeader
        do throws(XDFHeaderError) {
            read = try XDFStreamHeader(text)
        } catch {
            if unreadable.count < Self.mostStrays { unreadable.insert(stream) }
            notes.add(
                "stream \(stream)", "A stream cannot be read: \(error.message).", kind: "headers")
            return
        }
        if let known = place(of: stream, at: position) {
            let before = streams[known]
            if before.header.isSame(as: read) { return }
            notes.add(
                read.name,
                "The number \(stream) has two headers that differ ('\(before.header.name)' and "
                    + "'\(read.name)'): samples behind the second one are another stream.",
                kind: "numbers with several headers")
        }
        guard streams.count < Self.mostStreams else {
            notes.add(
                read.name,
                "The file has more than \(Self.mostStreams) streams; this one is left out.",
                kind: "streams left out")
            return
        }
        places[stream, default: []].append(streams.count)
        streams.append(
            XDFStream(
                number: stream, generation: streams.count { $0.number == stream }, header: read,
                position: position))
    }

    func streamFooter(_ stream: UInt32, _ text: [UInt8]) {
        if let place = place(of: stream, at: .max) {
            streams[place].footer = XDFStreamFooter(text)
        }
    }

    func clockOffset(_ stream: UInt32, time: Double, offset: Double, at position: Int64) {
        guard kept < Self.mostOffsets else { return }
        kept += 1
        let found = ClockOffset(time: time, offset: offset, position: position)
        guard let place = place(of: stream, at: position) else {
            if early.count < Self.mostStreams { early[stream, default: []].append(found) }
            return
        }
        streams[place].offsets.append(found)
        guard streams[place].offsets.count >= Self.mostOfStream else { return }
        let all = streams[place].offsets
        streams[place].offsets = stride(from: 0, to: all.count, by: 2).map { all[$0] }
        kept -= all.count / 2
    }

    func samples(_ stream: UInt32, _ block: XDFBlock, at position: Int64) {}

    func sampleHead(_ stream: UInt32, count: Int64, first: Double, at position: Int64) {
        guard let place = place(of: stream, at: position) else { return }
        streams[place].declared += min(count, 1 << 40)
        guard first.isFinite, abs(first) < StampCleaner.largest else { return }
        if streams[place].firstStamps.count < Self.mostFirst {
            streams[place].firstStamps.append(first)
        }
        if let before = streams[place].lastStamp {
            if first < before - 1, streams[place].setbacks.count < Self.mostFirst {
                streams[place].setbacks.append(
                    StreamClock.Setback(
                        position: position, before: before, after: first,
                        chunks: streams[place].chunks, rise: streams[place].lastRise))
            }
            streams[place].lastRise = first - before
        }
        streams[place].chunks += 1
        streams[place].lastStamp = first + Double(count - 1) * streams[place].header.format.step
    }

    func other(_ tag: UInt16, bytes: Int64) {
        guard unknownTags.count < 1000 || unknownTags[tag] != nil else { return }
        unknownTags[tag, default: (0, 0)].count += 1
        unknownTags[tag, default: (0, 0)].bytes += bytes
    }

    func damage(_ reason: String, from: Int64, to: Int64, stream: UInt32?) {
        guard let stream, places[stream] == nil else { return }
        guard strays.count < Self.mostStrays || strays[stream] != nil else { return }
        strays[stream, default: 0] += 1
    }
}
