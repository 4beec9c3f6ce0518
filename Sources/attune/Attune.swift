import ArgumentParser

/// Attune's command line.
@main
struct Attune: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "attune",
        abstract: "Watch, play back and export recordings of a behavioural lab.",
        version: "0.1.0",
        subcommands: [
            StatusCommand.self,
            DevicesCommand.self,
            SessionCommand.self,
            WatchCommand.self,
            PlayCommand.self,
            ExportCommand.self,
            SyncCommand.self,
            CheckCommand.self,
            SummaryCommand.self,
            SimulateCommand.self,
            DemoCommand.self,
        ])

    /// Global options may stand before the command's name too.
    static func main() {
        main(GlobalOptions.moved(Array(CommandLine.arguments.dropFirst())))
    }
}
