import ArgumentParser

/// Accounts.
struct User: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "user", abstract: "Accounts that sign in with a password.",
        discussion: """
            Roles: operator (runs sessions), researcher (sees, plays back and codes all sessions, plans \
            reviews), expert (rates what is assigned to them, and sees nothing else). A console that runs \
            takes changes up with the next request.
            """,
        subcommands: [
            UserAdd.self, UserRemove.self, UserList.self, UserPassword.self, UserRoles.self,
        ])
}
