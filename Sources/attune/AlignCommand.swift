import ArgumentParser
import Link
import SessionStore

/// `attune align`: estimates times anew, of a session or of anybody's table.
struct AlignCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "align",
        abstract: "Estimate times anew: of a finished session, or of a table.",
        usage: """
            attune align FILE [--reason TEXT] [--json]
            attune align --csv IN --out OUT [--rate HZ] [--delay-ms D] [--delay-uncertainty-ms U] [--json]
            """,
        discussion: """
            The session's file stays as it is: the new times are added to the review file beside it, and \
            play, export and summary take the newest unless told otherwise (--alignment). Where a daemon \
            runs on the file's data directory, it does the work, which needs the right to control.

            A table (--csv) has the columns index, device_s, arrival_s: the number of each sample, which \
            may jump where samples were lost; what the device's own clock said, which may be empty; and \
            when it arrived. What comes out has index, aligned_s, bound_s, segment. '-' stands for standard \
            input or output.
            """)

    @Argument(help: "The session's file.", completion: .file(extensions: ["attune"]))
    var file: String?
    @Option(help: "Why, for the record.")
    var reason: String?
    @Option(help: "A table to align instead of a session.", completion: .file(extensions: ["csv"]))
    var csv: String?
    @Option(help: "Where the aligned table goes.")
    var out: String?
    @Option(help: "Samples a second, where that is known.")
    var rate: Double?
    @Option(help: "From a sample to its arrival, in milliseconds; taken off.")
    var delayMs: Double?
    @Option(help: "95% uncertainty of that; goes into the bound.")
    var delayUncertaintyMs: Double?
    @OptionGroup var global: GlobalOptions

    func validate() throws {
        guard csv != nil || file != nil else {
            throw ValidationError("Give a session's file, or a table with --csv.")
        }
        guard csv == nil || file == nil else {
            throw ValidationError("Give either a session's file or --csv, not both.")
        }
        guard csv == nil || out != nil else {
            throw ValidationError("Say with --out where the aligned table goes.")
        }
        let forTables: [(String, Bool)] = [
            ("--out", out != nil), ("--rate", rate != nil), ("--delay-ms", delayMs != nil),
            ("--delay-uncertainty-ms", delayUncertaintyMs != nil),
        ]
        if csv == nil, let stray = forTables.first(where: { $0.1 }) {
            throw ValidationError("\(stray.0) belongs to --csv; a session's file says it itself.")
        }
    }

    func run() throws {
        if let csv, let out {
            return try alignCSV(
                input: csv, output: out, rate: rate, delayMilliseconds: delayMs,
                delayUncertaintyMilliseconds: delayUncertaintyMs, json: global.json)
        }
        guard let file else { return }
        let done = try SessionAlignmentOrder(file: file, reason: reason, global: global).run()
        if global.json { return try Output.json(done) }
        let previous = done.previous.map { "alignment \($0)" } ?? "the file's own"
        print("\(done.review): alignment \(done.number) by \(done.method), after \(previous)")
        Output.table(Self.rows(done.streams))
        for stream in done.streams {
            guard let refusal = stream.refusal else { continue }
            print("\(stream.name) keeps the times that it had: \(refusal)")
        }
    }

    private static func rows(_ streams: [AlignedStreamInfo]) -> [[String]] {
        func milliseconds(_ value: Double?) -> String {
            value.map { String(format: "%.3f ms", $0) } ?? "-"
        }
        return [
            ["STREAM", "SAMPLES", "SEGMENTS", "GAPS", "LOST", "OLD BOUND", "NEW BOUND", "MOVED"]
        ]
            + streams.map { stream in
                [
                    stream.name, "\(stream.samples)", "\(stream.segments)", "\(stream.gaps)",
                    "\(stream.lost)", milliseconds(stream.oldBoundMs),
                    milliseconds(stream.newBoundMs), milliseconds(stream.largestShiftMs),
                ]
            }
    }
}
