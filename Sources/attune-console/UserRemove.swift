import ArgumentParser
import Console

/// Takes an account away.
struct UserRemove: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove", abstract: "Take an account away; whoever is signed in is so no more."
    )

    @Argument(help: "The account's name.")
    var name: String

    @OptionGroup
    var places: PlaceOptions

    func run() throws {
        try AccessFiles(directory: places.stateFolder).changeAccounts {
            book throws(ConsoleError) in try book.remove(name)
        }
    }
}
