import ArgumentParser
import Console

/// Sets an account's roles.
struct UserRoles: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "roles", abstract: "Set what an account may do.")

    @Argument(help: "The account's name.")
    var name: String

    @Argument(help: "operator, researcher, expert; several with commas.")
    var roles: RoleList

    @OptionGroup
    var places: PlaceOptions

    func run() throws {
        try AccessFiles(directory: places.stateFolder).changeAccounts {
            book throws(ConsoleError) in
            try book.setRoles(roles.roles, of: name, now: CommandClock.now())
        }
        print("\(name): \(roles)")
    }
}
