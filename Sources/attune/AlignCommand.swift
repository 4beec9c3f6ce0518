import ArgumentParser
import Link
import SessionStore

/// `attune align`: estimates times anew.
struct AlignCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "align",
        abstract: "Estimate a finished session's times anew, with the newest estimator.",
        discussion: """
            The session's file stays as it is: the new times are added to the review file beside it, and \
            play, export and summary take the newest unless told otherwise (--alignment). Where a daemon \
            runs on the file's data directory, it does the work, which needs the right to control.
            """)

    @Argument(help: "The session's file.", completion: .file(extensions: ["attune"]))
    var file: String
    @Option(help: "Why, for the record.")
    var reason: String?
    @OptionGroup var global: GlobalOptions

    func run() throws {
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
