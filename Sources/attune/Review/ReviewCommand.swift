import ArgumentParser

/// `attune review`: coding schemes, and annotations in and out.
struct ReviewCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "review",
        abstract: "Check coding schemes; take annotations to ELAN and Praat, and back from ELAN.",
        subcommands: [
            ReviewSchemesCommand.self, ReviewExportCommand.self, ReviewImportCommand.self,
        ])
}
