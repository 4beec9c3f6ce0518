/// Users and groups of a machine's own files. Those of a directory service are not among them.
struct Accounts {
    struct User {
        var name: String
        var number: UInt32
        var group: UInt32
    }

    struct Group {
        var name: String
        var number: UInt32
        var members: [String]
    }

    let users: [User]
    let groups: [Group]

    init(_ machine: any Machine) {
        func lines(_ path: String) -> [[String]] {
            (machine.text(path) ?? "").split(separator: "\n").map { line in
                line.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
            }
        }
        users = lines("/etc/passwd").compactMap { parts in
            guard parts.count >= 4, let number = UInt32(parts[2]), let group = UInt32(parts[3])
            else { return nil }
            return User(name: parts[0], number: number, group: group)
        }
        groups = lines("/etc/group").compactMap { parts in
            guard parts.count >= 4, let number = UInt32(parts[2]) else { return nil }
            return Group(
                name: parts[0], number: number,
                members: parts[3].split(separator: ",").map(String.init))
        }
    }

    func user(_ name: String) -> User? { users.first { $0.name == name } }

    func user(_ number: UInt32) -> User? { users.first { $0.number == number } }

    func group(_ name: String) -> Group? { groups.first { $0.name == name } }

    /// The groups that somebody has from the next sign-in on.
    func groups(of user: User) -> Set<UInt32> {
        Set(groups.filter { $0.members.contains(user.name) }.map(\.number)).union([user.group])
    }
}
