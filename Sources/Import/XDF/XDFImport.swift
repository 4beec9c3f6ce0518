import Link
import SessionStore
import SystemCalls
import Timebase

/// Makes a session out of XDF files.
///
/// Each file is read twice, from its beginning to its end: first for what it says of streams and clocks, then for
/// the samples. Memory stays below some hundred megabytes, whatever a file says of itself.
public enum XDFImport {
    /// Whether a file begins as XDF does, or is packed and holds one that does.
    public static func isXDF(_ path: String) -> Bool {
        if XDFArchive.isPacked(path) { return XDFArchive.holdsXDF(path) }
        guard let source = try? ByteSource(path) else { return false }
        return (try? XDFScanner.isXDF(source)) ?? false
    }

    /// - Parameter paths: of files recorded at the same time, or one after the other; at least one.
    /// - Returns: what was made; in a dry run, what would be.
    public static func run(
        _ paths: [String], _ request: ImportRequest
    ) throws(ImportError) -> ImportSummary {
        var files: [XDFFileFacts] = []
        var packed = ImportNotes()
        for path in paths {
            let source = try source(path, &packed)
            var isXDF = try XDFScanner.isXDF(source)
            if !isXDF { isXDF = try source.holdsChunks() }
            guard isXDF else {
                throw ImportError(
                    .format,
                    "\(path) is no XDF file: it neither begins with 'XDF:' nor has its chunks"
                )
            }
            files.append(XDFFileFacts(source, try XDFSurvey.run(source)))
        }
        let plan = try XDFPlan(files)
        // Streams that no line carries, by file.
        var apart = [Set<Int>](repeating: [], count: files.count)
        var stamped = apart
        while true {
            let run = try ImportRun(
                request, start: plan.start, realtime: plan.realtime, uncertainty: plan.uncertainty)
            var fillings: [XDFFilling] = []
            do throws(ImportError) {
                for note in packed.all + plan.notes.all {
                    run.notes.add(note.subject, note.message)
                }
                for place in files.indices {
                    let filling = XDFFilling(
                        files[place], plan.recorders[place], run, apart: apart[place],
                        stamped: stamped[place])
                    fillings.append(filling)
                    try filling.fill()
                }
            } catch {
                run.discard()
                throw error
            }
            let what = paths.map(name).joined(separator: ", ")
            let grouped = Set(fillings.flatMap(\.grouped.keys))
            var lined: [Int64: [(index: Int64, time: Int64)]] = [:]
            for filling in fillings {
                for (stream, line) in filling.lined { lined[stream] = line.checkpoints }
            }
            switch try run.finish(what, lined: lined, grouped: grouped) {
            case .done(let summary): return summary
            case .again(let streams):
                // First each sample gets a packet of its own, since without a line a packet's time would be that of all its
                // samples; where that does not help, stamps stay.
                for (place, filling) in fillings.enumerated() {
                    for (stream, line) in filling.lined where streams.contains(stream) {
                        if filling.grouped[stream] != nil {
                            apart[place].insert(line.place)
                        } else {
                            stamped[place].insert(line.place)
                        }
                    }
                }
            }
        }
    }

    private static func source(
        _ path: String, _ notes: inout ImportNotes
    ) throws(ImportError) -> ByteSource {
        guard XDFArchive.isPacked(path) else { return try ByteSource(path) }
        let archive = try XDFArchive(unpacking: path)
        if let failure = archive.failure {
            notes.add(
                path,
                "\(name(path)) is packed and damaged or cut off: \(archive.source.size) bytes of the "
                    + "recording could be unpacked (\(failure.cause ?? "no reason is known")).")
        }
        return archive.source
    }

    /// The last part of a path.
    static func name(_ path: String) -> String {
        path.split(separator: "/").last.map(String.init) ?? path
    }
}

extension ByteSource {
    /// Whether a file that does not begin as it should has chunks all the same.
    func holdsChunks() throws(ImportError) -> Bool {
        // The header of a stream near the beginning, where no more than the first bytes are damaged.
        guard let head = try XDFScanner(self, readsSamples: false).head(at: 4) else { return false }
        return head.kind == .fileHeader || head.kind == .streamHeader
    }
}

/// A file, and what its survey found.
struct XDFFileFacts {
    let source: ByteSource
    let survey: XDFSurvey
    /// The first moment of any stream on the recorder's clock, in seconds; nil where none has samples.
    let begin: Double?

    init(_ source: ByteSource, _ survey: XDFSurvey) {
        self.source = source
        self.survey = survey
        let begins = survey.streams.compactMap(\.begin).sorted()
        // A stream whose clock nobody compared may be anywhere; a day from the others it is not believed.
        let middle = begins.isEmpty ? 0 : begins[begins.count / 2]
        begin = begins.first { abs($0 - middle) < 86_400 } ?? begins.first
    }
}

/// How the clocks of several files come together on the session's.
struct XDFPlan {
    /// The session's first moment, on its own clock.
    private(set) var start: Int64 = 0
    /// The same in nanoseconds since 1970 UTC, and how far off that may be.
    private(set) var realtime: Int64 = 0
    private(set) var uncertainty: Int64 = 0
    private(set) var recorders: [RecorderTime] = []
    private(set) var notes = ImportNotes()

    /// Clocks of two files that differ by less from what their dates say are taken for one, in seconds.
    private static let sameClock = 120.0

    init(_ files: [XDFFileFacts]) throws(ImportError) {
        let begins = files.compactMap(\.begin)
        guard let first = begins.first else {
            throw ImportError(
                .nothing,
                "\(files.map(\.source.path).joined(separator: ", ")): there is no stream with samples "
                    + "that could be read")
        }
        // A clock that counts from long ago would leave what a session's times can be.
        let base: Int64 = abs(first) < 1e8 ? 0 : -Int64(first.rounded(.down)) * 1_000_000_000
        var anchor: (begin: Double, realtime: Int64)?
        for file in files {
            guard let begin = file.begin else {
                recorders.append(RecorderTime(shift: base))
                notes.add(
                    file.source.path, "\(XDFImport.name(file.source.path)) has no samples.")
                continue
            }
            let own = Self.realtime(of: file, begin)
            var recorder = RecorderTime(shift: base)
            if let anchor, let own {
                let apart = Double(own.nanoseconds &- anchor.realtime) / 1e9
                if abs(begin - anchor.begin - apart) > Self.sameClock {
                    recorder.shift =
                        base &+ Int64(clamping: ((anchor.begin + apart - begin) * 1e9).rounded())
                    notes.add(
                        file.source.path,
                        "\(XDFImport.name(file.source.path)) was recorded on another clock than the "
                            + "first file: it is placed by the date that it gives, to about a second."
                    )
                }
            } else if let anchor, abs(begin - anchor.begin) > 7 * 86_400 {
                recorder.shift =
                    base &+ Int64(clamping: ((anchor.begin - begin) * 1e9).rounded())
                notes.add(
                    file.source.path,
                    "Nothing tells when \(XDFImport.name(file.source.path)) was recorded: it is placed "
                        + "at the beginning of the first file.")
            }
            recorders.append(recorder)
            let moment = recorder.nanoseconds(begin)
            if anchor == nil {
                anchor = (begin, own?.nanoseconds ?? 0)
                start = moment
                realtime = own?.nanoseconds ?? 0
                uncertainty = own?.uncertainty ?? 0
                if let begun = file.survey.header.start, own?.isExact == true {
                    // Our own export says when its session began, before its first sample.
                    start = recorder.nanoseconds(begun.monotonic)
                    realtime = begun.realtime
                }
                if own == nil {
                    notes.add(
                        "",
                        "Nothing in \(XDFImport.name(file.source.path)) tells the date; give it with "
                            + "--started. It is taken to have ended when the file was changed last."
                    )
                }
            } else if moment < start {
                realtime -= start - moment
                start = moment
            }
        }
        if realtime == 0, let changed = files.first.flatMap({ FileSystem.changed($0.source.path) })
        {
            realtime = changed
            uncertainty = 86_400_000_000_000
        }
    }

    private struct Realtime {
        var nanoseconds: Int64
        var uncertainty: Int64
        var isExact = false
    }

    /// UTC of a file's beginning; nil where nothing tells it.
    private static func realtime(of file: XDFFileFacts, _ begin: Double) -> Realtime? {
        let header = file.survey.header
        if let start = header.start, abs(begin - start.monotonic) < 1e8 {
            return Realtime(
                nanoseconds: start.realtime
                    &+ Int64(clamping: ((begin - start.monotonic) * 1e9).rounded()),
                uncertainty: 1_000_000, isExact: true)
        }
        // Seconds since 1970, as some recorders stamp: between 2001 and 2100.
        if begin > 1e9, begin < 4.1e9 {
            return Realtime(nanoseconds: RecorderTime.exact(begin), uncertainty: 100_000_000)
        }
        return header.realtime.map { Realtime(nanoseconds: $0, uncertainty: 5_000_000_000) }
    }
}
