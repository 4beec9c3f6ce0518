import ArgumentParser
import Console

/// Makes a link that lets one browser in.
struct LinkCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "link", abstract: "Print an address that lets one browser in, once.")

    @Option(help: "What they may do: operator, researcher, expert; several with commas.")
    var roles = RoleList(roles: [.operator, .researcher, .expert])

    @Option(help: "Who they are, as it stands in what they write.")
    var name = "lab"

    @Option(help: "How long it can be used, in hours.")
    var hours: Double = 24

    @OptionGroup
    var places: PlaceOptions

    func validate() throws {
        guard hours >= 0.01, hours <= 8760 else {
            throw ValidationError("--hours has to be from 0.01 to 8760.")
        }
    }

    func run() throws {
        guard !roles.roles.contains(.participant) else {
            throw ConsoleError(
                .invalid,
                "A participant's link is made on the page of their think-aloud, or of a review.")
        }
        if name != "lab" { try AccountBook.check(name: name) }
        let files = try AccessFiles(directory: places.stateFolder)
        guard try files.accounts.account(like: name) == nil else {
            throw ConsoleError(
                .invalid, "'\(name)' has an account: it signs in with its password.")
        }
        let token = try files.makeLink(
            name: name, roles: roles.roles, now: CommandClock.now(), seconds: Int64(hours * 3600))
        print("\(files.address ?? "http://127.0.0.1:8080")/sign-in?token=\(token)")
    }
}
