import ArgumentParser
import SessionStore

/// The researcher's pages.
@main
struct AttuneConsole: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "attune-console",
        abstract: "The researcher's pages: run sessions, play them back, think aloud, rate.",
        discussion: """
            Without a command it serves the pages until SIGTERM, and prints an address that lets one \
            browser in. Accounts are made with 'attune-console user add'.
            """,
        version: SoftwareVersion.current, subcommands: [Serve.self, User.self, LinkCommand.self],
        defaultSubcommand: Serve.self)
}
