import ArgumentParser

/// Attune's command line.
@main
struct Attune: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "attune",
        abstract: "Watch, play back and export recordings of a behavioural lab.",
        subcommands: [
            SimulateCommand.self,
            PlayCommand.self,
        ])
}
