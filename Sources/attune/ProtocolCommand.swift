import ArgumentParser

/// `attune protocol`: study protocols and their questionnaires.
struct ProtocolCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "protocol",
        abstract: "Check study protocols, preview questionnaires, import them from Qualtrics.",
        subcommands: [
            ProtocolCheckCommand.self, ProtocolPreviewCommand.self, ProtocolImportCommand.self,
        ])
}
