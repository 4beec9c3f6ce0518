import ArgumentParser
import Console

/// Sets an account's password.
struct UserPassword: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "password",
        abstract: "Set another password; whoever is signed in with the old one is so no more.")

    @Argument(help: "The account's name.")
    var name: String

    @OptionGroup
    var places: PlaceOptions

    func run() throws {
        let files = try AccessFiles(directory: places.stateFolder)
        guard try files.accounts.account(name) != nil else {
            throw ConsoleError(.invalid, "There is no account '\(name)'.")
        }
        let hash = try PasswordPrompt.hash(for: name)
        try files.changeAccounts { book throws(ConsoleError) in
            try book.setPassword(hash: hash, of: name, now: CommandClock.now())
        }
    }
}
