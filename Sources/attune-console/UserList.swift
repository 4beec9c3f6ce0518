import ArgumentParser
import Console

/// Lists the accounts.
struct UserList: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "All accounts and their roles.")

    @OptionGroup
    var places: PlaceOptions

    func run() throws {
        let accounts = try AccessFiles(directory: places.stateFolder).accounts.accounts
        let width = accounts.map(\.name.count).max() ?? 0
        for account in accounts.sorted(by: { $0.name < $1.name }) {
            let name = account.name + String(repeating: " ", count: width - account.name.count)
            print("\(name)  \(account.roles.map(\.rawValue).joined(separator: ", "))")
        }
        if accounts.isEmpty { print("There are no accounts: 'attune-console user add' makes one.") }
    }
}
