import Web

/// All accounts, with the rules for names, roles and passwords. A pure value.
public struct AccountBook: Codable, Hashable, Sendable {
    public var accounts: [Account] = []

    public init() {}

    /// Names that links give, and the layer of annotations that all share.
    static let reserved: Set<String> = ["lab", "participant", "signals"]
    /// Characters of a password, after NIST SP 800-63B: long rather than odd.
    static let passwordLength = 10...200

    public func account(_ name: String) -> Account? { accounts.first { $0.name == name } }

    /// The account of a name, in capitals or not: two that differ by that alone could not be told apart in
    /// what they write.
    public func account(like name: String) -> Account? {
        accounts.first { $0.name.lowercased() == name.lowercased() }
    }

    /// Adds an account.
    /// - Parameter hash: of its password.
    public mutating func add(
        _ name: String, roles: [Role], hash: String, now: Int64
    ) throws(ConsoleError) {
        try Self.check(name: name)
        try Self.check(roles: roles)
        if let known = account(like: name) {
            throw ConsoleError(.invalid, "There is an account '\(known.name)' already.")
        }
        accounts.append(
            Account(
                name: name, roles: Self.ordered(roles), password: hash,
                generation: Self.generation(), madeUtcMs: now, changedUtcMs: now))
    }

    public mutating func remove(_ name: String) throws(ConsoleError) {
        accounts.remove(at: try place(of: name))
    }

    public mutating func setRoles(
        _ roles: [Role], of name: String, now: Int64
    ) throws(ConsoleError) {
        try Self.check(roles: roles)
        let place = try place(of: name)
        accounts[place].roles = Self.ordered(roles)
        accounts[place].changedUtcMs = now
    }

    /// Sets another password; whoever is signed in with the old one is so no more.
    public mutating func setPassword(
        hash: String, of name: String, now: Int64
    ) throws(ConsoleError) {
        let place = try place(of: name)
        accounts[place].password = hash
        accounts[place].generation = Self.generation()
        accounts[place].changedUtcMs = now
    }

    /// Whether a name may be one: letters, digits and `.`, `-`, `_`, since it stands in files and
    /// addresses.
    public static func check(name: String) throws(ConsoleError) {
        let isPlain = name.utf8.allSatisfy {
            ($0 | 0x20) >= 0x61 && ($0 | 0x20) <= 0x7A || $0 >= 0x30 && $0 <= 0x39
                || $0 == 0x2D || $0 == 0x5F || $0 == 0x2E
        }
        guard isPlain, (1...40).contains(name.utf8.count), name.first?.isLetter ?? false else {
            throw ConsoleError(
                .invalid,
                "'\(name)' is no name for an account: up to 40 letters, digits, '.', '-' and '_', "
                    + "and a letter first.")
        }
        guard !reserved.contains(name.lowercased()) else {
            throw ConsoleError(
                .invalid, "The console itself uses the name '\(name)': take another.")
        }
    }

    public static func check(password: String, name: String) throws(ConsoleError) {
        guard passwordLength.contains(password.count) else {
            throw ConsoleError(
                .invalid,
                "A password has \(passwordLength.lowerBound) to \(passwordLength.upperBound) "
                    + "characters: a few words are easier to keep than signs.")
        }
        guard password.lowercased() != name.lowercased(), Set(password).count > 3 else {
            throw ConsoleError(.invalid, "This password is guessed at once: take another one.")
        }
    }

    private static func check(roles: [Role]) throws(ConsoleError) {
        guard !roles.isEmpty else {
            throw ConsoleError(.invalid, "An account needs a role: operator, researcher or expert.")
        }
        guard !roles.contains(.participant) else {
            throw ConsoleError(
                .invalid,
                "Participants have no accounts: a think-aloud, or a review, makes a link for them.")
        }
    }

    private static func ordered(_ roles: [Role]) -> [Role] {
        Role.allCases.filter(roles.contains)
    }

    private func place(of name: String) throws(ConsoleError) -> Int {
        guard let place = accounts.firstIndex(where: { $0.name == name }) else {
            throw ConsoleError(.invalid, "There is no account '\(name)'.")
        }
        return place
    }

    private static func generation() -> String { Secret.name() }
}
