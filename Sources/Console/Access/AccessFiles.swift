import SystemCalls
import Web

/// What the console keeps of who may come in, in its state directory. See
/// `Protocols/formats/console-access.md`.
public struct AccessFiles: Sendable {
    let accountsFile: StateFile<AccountBook>
    let links: StateFile<[AccessLink]>
    let signIns: StateFile<[SignIn]>
    private let addressPath: String

    /// - Throws: `ConsoleError` where the directory cannot be made.
    public init(directory: String) throws(ConsoleError) {
        try Self.makeDirectory(directory)
        accountsFile = StateFile(path: "\(directory)/accounts.json", empty: AccountBook())
        links = StateFile(path: "\(directory)/links.json", empty: [])
        signIns = StateFile(path: "\(directory)/sign-ins.json", empty: [])
        addressPath = "\(directory)/address"
    }

    static func makeDirectory(_ directory: String) throws(ConsoleError) {
        do throws(SystemError) {
            try FileSystem.makeDirectories(directory, mode: 0o700)
        } catch {
            throw ConsoleError(
                .file,
                "The directory \(directory) cannot be made: \(error). Name another with --state.")
        }
    }

    public var accounts: AccountBook {
        get throws(ConsoleError) { try accountsFile.read() }
    }

    /// Changes the accounts; a console that runs takes it up with the next request.
    public func changeAccounts(
        _ body: (inout AccountBook) throws(ConsoleError) -> Void
    ) throws(ConsoleError) {
        try accountsFile.change(body)
    }

    /// Adds a link, and forgets those that are too old.
    /// - Parameter now: milliseconds since 1970-01-01 UTC.
    func add(_ link: AccessLink, now: Int64) throws(ConsoleError) {
        try links.change { links in
            links.removeAll { $0.endsUtcMs <= now || (link.isFirst && $0.isFirst) }
            links.append(link)
        }
    }

    /// Takes a link away, so that nobody else uses it.
    func take(link hash: String) throws(ConsoleError) -> AccessLink? {
        try links.change { links in
            guard let place = links.firstIndex(where: { $0.hash == hash }) else { return nil }
            return links.remove(at: place)
        }
    }

    /// Makes a link for a console that runs, or will.
    /// - Parameters:
    ///   - now: milliseconds since 1970-01-01 UTC.
    ///   - seconds: how long it can be used.
    /// - Returns: its secret.
    public func makeLink(
        name: String, roles: [Role], now: Int64, seconds: Int64
    ) throws(ConsoleError) -> String {
        let token = Secret.make()
        try add(
            AccessLink(
                hash: Secret.hash(token), name: name, roles: roles, session: nil,
                endsUtcMs: now + seconds * 1000, isFirst: false), now: now)
        return token
    }

    /// Where the console was last served; nil where it never was.
    public var address: String? {
        guard let text = try? FileSystem.readText(addressPath) else { return nil }
        return text.split(separator: "\n").first.map(String.init)
    }

    func keep(address: String) throws(SystemError) {
        try FileSystem.write(Array("\(address)\n".utf8), to: addressPath, mode: 0o600)
    }
}
