import Logging
import Synchronization
import SystemCalls
import Web

/// Knows who is signed in: cookies and the visitors behind them; links and passwords let in.
///
/// Any thread may use it. Secrets are kept as hashes, in memory and, so that a restart of the console
/// signs nobody out, in its state directory. What waits for the disk runs on a thread of its own.
final class Gate: Sendable {
    /// The cookie's name: of this console, since browsers do not tell ports apart; under TLS with the
    /// prefix that binds it to this very host.
    let cookieName: String
    private let isSecure: Bool
    private let times: SignInTimes
    private let files: AccessFiles
    private let log: Logger
    private let disk: ReadingThreads
    private let passwords: PasswordCheck
    private let limits = Mutex(SignInLimits())
    private let signIns: Mutex<[String: SignIn]>
    private let base = Mutex("")

    /// How long after the last note another use is noted, in milliseconds.
    private static let noted: Int64 = 60_000

    /// - Parameters:
    ///   - directory: the console's state directory.
    ///   - isSecure: whether cookies go over TLS alone.
    init(
        directory: String, isSecure: Bool, times: SignInTimes = SignInTimes(), log: Logger
    ) throws {
        files = try AccessFiles(directory: directory)
        self.isSecure = isSecure
        self.times = times
        self.log = log
        cookieName =
            (isSecure ? "__Host-" : "") + "attune_console_\(Secret.hash(directory).prefix(8))"
        disk = try ReadingThreads(count: 1, name: "access")
        passwords = try PasswordCheck()
        // Accounts that cannot be read would let nobody in, without a word.
        _ = try files.accounts
        let kept = try files.signIns.read()
        signIns = Mutex(Dictionary(kept.map { ($0.hash, $0) }) { first, _ in first })
    }

    /// Accounts that rate sessions.
    var raterNames: [String] {
        ((try? files.accounts)?.accounts ?? []).filter { $0.roles.contains(.expert) }.map(\.name)
    }

    // MARK: - Who is in

    /// The visitor behind a cookie; nil for a cookie that is none, or not any more.
    /// - Parameter counts: whether this keeps the visitor signed in longer.
    func visitor(cookie: String, counts: Bool = true) -> Visitor? {
        guard cookie.utf8.count <= 100 else { return nil }
        let hash = Secret.hash(cookie)
        let now = Self.now()
        var isToNote = false
        let found = signIns.withLock { signIns -> SignIn? in
            guard var signIn = signIns[hash] else { return nil }
            guard isOpen(signIn, at: now) else {
                signIns[hash] = nil
                return nil
            }
            if counts {
                isToNote = now - signIn.usedUtcMs > Self.noted
                if isToNote {
                    signIn.usedUtcMs = now
                    signIns[hash] = signIn
                }
            }
            return signIn
        }
        guard let found, let roles = roles(of: found) else { return nil }
        if isToNote { Task { await keep() } }
        return Visitor(
            name: found.name, roles: roles, session: found.session,
            csrf: Secret.hash("csrf \(cookie)"))
    }

    private func isOpen(_ signIn: SignIn, at now: Int64) -> Bool {
        now - signIn.usedUtcMs <= times.idle * 1000 && now - signIn.beganUtcMs <= times.whole * 1000
    }

    /// What somebody may do now; nil where their account is gone, or has another password.
    private func roles(of signIn: SignIn) -> Set<Role>? {
        guard let generation = signIn.generation else { return Set(signIn.roles) }
        do throws(ConsoleError) {
            guard let account = try files.accounts.account(signIn.name),
                account.generation == generation
            else { return nil }
            return Set(account.roles)
        } catch {
            log.error("\(error)")
            return nil
        }
    }

    // MARK: - Links

    /// Makes a link for a participant, who then sees one session and nothing else.
    /// - Parameter session: of the think-aloud.
    /// - Returns: its secret, as `address(ofLink:)` takes it; used once, through the button of its page.
    func makeLink(role: Role, session: String) async throws -> String {
        try await makeLink(name: role.rawValue, roles: [role], session: session)
    }

    /// Makes a link that lets somebody in once.
    /// - Parameter isFirst: whether it takes the place of the one that was printed at the last start.
    func makeLink(
        name: String, roles: Set<Role>, session: String? = nil, isFirst: Bool = false
    ) async throws -> String {
        let token = Secret.make()
        let link = AccessLink(
            hash: Secret.hash(token), name: name, roles: Role.allCases.filter(roles.contains),
            session: session, endsUtcMs: Self.now() + times.link * 1000, isFirst: isFirst)
        try await disk.run { [files] in try files.add(link, now: Self.now()) }
        return token
    }

    /// Where a link leads, once the console is served.
    func address(ofLink token: String) -> String {
        "\(base.withLock { $0 })/sign-in?token=\(token)"
    }

    /// Says how links begin from now on.
    func serve(at address: String) async {
        base.withLock { $0 = address }
        do {
            try await disk.run { [files] in try files.keep(address: address) }
        } catch {
            log.warning("Where the console is served cannot be noted: \(error)")
        }
    }

    /// Whom a link would let in; nil for one that is none, was used, or is too old. Uses nothing up.
    func link(_ token: String) async -> AccessLink? {
        guard token.utf8.count <= 100 else { return nil }
        let hash = Secret.hash(token)
        let now = Self.now()
        let links = try? await disk.run { [files] in try files.links.read() }
        return links?.first { $0.hash == hash && $0.endsUtcMs > now }
    }

    /// Whether a cookie is that of the browser which a link let in, and still is.
    func isIn(cookie: String, by token: String) -> Bool {
        guard token.utf8.count <= 100, visitor(cookie: cookie, counts: false) != nil else {
            return false
        }
        let (own, link) = (Secret.hash(cookie), Secret.hash(token))
        return signIns.withLock { $0[own]?.link == link }
    }

    /// Uses a link up.
    /// - Returns: the cookie; nil where the link lets nobody in.
    func use(link token: String) async -> String? {
        guard await link(token) != nil else { return nil }
        let hash = Secret.hash(token)
        do {
            guard let link = try await disk.run({ [files] in try files.take(link: hash) }),
                link.endsUtcMs > Self.now()
            else { return nil }
            return try await admit(
                link.name, roles: link.roles, session: link.session, link: hash)
        } catch {
            log.error("A link could not be used: \(error)")
            return nil
        }
    }

    // MARK: - Passwords

    /// Signs in with a password.
    /// - Parameter address: where the request comes from.
    func signIn(name: String, password: String, from address: String) async -> SignInOutcome {
        // A name that nobody can have must not fill what is kept.
        let name = name.utf8.count <= 40 ? name : ""
        let may = limits.withLock {
            $0.take(account: name, address: address, at: Clocks.now())
        }
        guard may else { return .tooOften }
        do {
            let account = try files.accounts.account(name)
            guard let fits = await passwords.fits(password, hash: account?.password) else {
                return .tooOften
            }
            guard fits, let account else { return .wrong }
            limits.withLock { $0.forget(account: name) }
            return .admitted(
                cookie: try await admit(
                    name, roles: account.roles, generation: account.generation))
        } catch {
            log.error("Signing in failed: \(error)")
            return .wrong
        }
    }

    // MARK: - Signing in and out

    private func admit(
        _ name: String, roles: [Role], generation: String? = nil, session: String? = nil,
        link: String? = nil
    ) async throws -> String {
        let cookie = Secret.make()
        let now = Self.now()
        let signIn = SignIn(
            hash: Secret.hash(cookie), name: name, generation: generation, roles: roles,
            link: link, session: session, beganUtcMs: now, usedUtcMs: now)
        signIns.withLock { $0[signIn.hash] = signIn }
        await keep()
        return cookie
    }

    /// Lets a cookie's holder in no more.
    func dismiss(cookie: String) async {
        let gone = signIns.withLock { $0.removeValue(forKey: Secret.hash(cookie)) }
        if gone != nil { await keep() }
    }

    /// Lets those in no more who came by a link to a session: its think-aloud is over.
    func dismiss(session: String) async {
        signIns.withLock { $0 = $0.filter { $0.value.session != session } }
        await keep()
        _ = try? await disk.run { [files] in
            try files.links.change { $0.removeAll { $0.session == session } }
        }
    }

    /// Notes who is signed in.
    private func keep() async {
        do {
            try await disk.run { [self] in
                // Taken here, so that what is noted last is the newest.
                let now = Self.now()
                let kept = signIns.withLock { signIns in
                    signIns = signIns.filter { isOpen($0.value, at: now) }
                    return signIns.values.sorted { $0.beganUtcMs < $1.beganUtcMs }
                }
                try files.signIns.change { $0 = kept }
            }
        } catch {
            log.error("Who is signed in cannot be noted: \(error)")
        }
    }

    /// The `Set-Cookie` field of a cookie; an empty one takes it away.
    func field(cookie: String) -> String {
        "\(cookieName)=\(cookie); Path=/; HttpOnly; SameSite=Strict"
            + (isSecure ? "; Secure" : "") + (cookie.isEmpty ? "; Max-Age=0" : "")
    }

    /// Milliseconds since 1970-01-01 UTC.
    private static func now() -> Int64 { Clocks.realtime() / 1_000_000 }
}
