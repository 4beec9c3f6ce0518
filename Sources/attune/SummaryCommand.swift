import ArgumentParser
import Export
import Reports
import SessionStore

/// `attune summary`: a session at a glance.
struct SummaryCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "summary",
        abstract: "Show what a recording holds and how good its times are.",
        discussion: """
            "lost" counts what is missing in gaps, "bound" is the largest 95% bound of a stream's \
            times. Works on recordings in progress.
            """)

    @Argument(help: "The session file.", completion: .file(extensions: ["attune"]))
    var file: String
    @OptionGroup var times: AlignmentOption
    @OptionGroup var global: GlobalOptions

    func run() throws {
        let reader = try SessionReader.open(at: file, alignment: times.alignment)
        let summary = try SessionSummary(reader)
        try reader.close()
        if global.json {
            try Output.json(summary)
        } else {
            for line in summary.lines { print(line) }
        }
    }
}
