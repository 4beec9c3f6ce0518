import ArgumentParser
import Export
import Reports
import SystemCalls

/// `attune quality`: a session's quality report.
struct QualityCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "quality",
        abstract: "Say on one page what a session is worth.",
        discussion: """
            The daemon writes this page beside each session's file when it is finished \
            (X.quality.html for X.attune). This command makes it anew, for instance for a session \
            that is still being recorded.
            """)

    @Argument(help: "The session file.", completion: .file(extensions: ["attune"]))
    var file: String
    @Option(
        help: ArgumentHelp("Where to write the page; - for standard output.", valueName: "file"))
    var out: String?
    @Flag(name: .shortAndLong, help: "Do not say where the page is.")
    var quiet = false

    func run() throws {
        ProcessMemory.giveBackAtOnce()
        let page = try QualityPage.html(of: file)
        let place = out ?? "-"
        if place == "-" {
            try FileSystem.writeAll(Array(page.utf8), to: 1)
            return
        }
        do throws(SystemError) {
            try FileSystem.write(Array(page.utf8), to: place)
        } catch {
            throw ExportError(
                code: .inputOutput, message: "\(place) cannot be written", cause: error.description)
        }
        if !quiet { print(place) }
    }
}
