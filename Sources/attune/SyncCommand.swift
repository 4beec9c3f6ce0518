import ArgumentParser
import Export
import SessionStore
import SystemCalls

/// `attune sync`: whether streams are in sync.
struct SyncCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sync", abstract: "Show how well the streams of a recording are in sync.",
        subcommands: [SyncFileCommand.self, SyncTapCommand.self],
        defaultSubcommand: SyncFileCommand.self)
}

/// `attune sync FILE`.
struct SyncFileCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "file", abstract: "Judge the streams of a session file (what sync FILE does).",
        discussion: """
            For each stream: where its clock stands against the station's (offset) and how much faster \
            it runs (drift); how late packets arrive behind the aligned times (jitter, mean and 95th \
            percentile); the constant delay that was taken off; gaps, resets; the 95% bound of its \
            times (median and worst); and what to think of it, in words. Works on recordings in \
            progress.
            """)

    @Argument(help: "The session file.", completion: .file(extensions: ["attune"]))
    var file: String
    @Option(
        help: ArgumentHelp(
            "Draw arrivals against aligned times into an SVG file.", valueName: "out.svg"))
    var plot: String?
    @OptionGroup var times: AlignmentOption
    @OptionGroup var global: GlobalOptions

    func run() throws {
        let reader = try SessionReader.open(at: file, alignment: times.alignment)
        let report = try SyncReport(reader)
        try reader.close()
        if let plot {
            try FileSystem.write(Array(SyncPlot(report).svg.utf8), to: plot, mode: 0o644)
        }
        if global.json { return try Output.json(report) }
        for line in report.lines { print(line) }
    }
}
