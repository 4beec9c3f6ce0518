import ArgumentParser
import Console

/// Roles as a command line has them: with commas between.
struct RoleList: ExpressibleByArgument, CustomStringConvertible {
    var roles: [Role]

    init(roles: [Role]) { self.roles = roles }

    init?(argument: String) {
        let names = argument.split(separator: ",").map { $0.filter { $0 != " " } }
        let roles = names.compactMap { Role(rawValue: $0) }
        guard !roles.isEmpty, roles.count == names.count else { return nil }
        self.roles = roles
    }

    var description: String { roles.map(\.rawValue).joined(separator: ",") }
    var defaultValueDescription: String { description }
}
