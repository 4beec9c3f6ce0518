import ArgumentParser
import Console

/// Makes an account.
struct UserAdd: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Make an account; its password is asked for.")

    @Argument(help: "The name to sign in with; it stands in what they write.")
    var name: String

    @Option(help: "What they may do: operator, researcher, expert; several with commas.")
    var roles: RoleList

    @OptionGroup
    var places: PlaceOptions

    func run() throws {
        try AccountBook.check(name: name)
        let files = try AccessFiles(directory: places.stateFolder)
        // Before a password is asked for.
        if let known = try files.accounts.account(like: name) {
            throw ConsoleError(
                .invalid,
                "There is an account '\(known.name)' already: 'attune-console user password' and "
                    + "'user roles' change it.")
        }
        let hash = try PasswordPrompt.hash(for: name)
        try files.changeAccounts { book throws(ConsoleError) in
            try book.add(name, roles: roles.roles, hash: hash, now: CommandClock.now())
        }
        print("\(name): \(roles)")
    }
}
