import Glibc
import Logging
import SystemCalls
import TestSupport
import Testing

@testable import Console

@Suite struct GateTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory("gate") }

    private func gate(_ times: SignInTimes = SignInTimes(), isSecure: Bool = false) throws -> Gate {
        try Gate(
            directory: directory.path, isSecure: isSecure, times: times,
            log: Logger(label: "gate"))
    }

    private func add(_ name: String, _ roles: [Role], password: String) throws {
        let hash = try Password.hash(password)
        try AccessFiles(directory: directory.path).changeAccounts { book throws(ConsoleError) in
            try book.add(name, roles: roles, hash: hash, now: 0)
        }
    }

    private func cookie(_ outcome: SignInOutcome) throws -> String {
        guard case .admitted(let cookie) = outcome else {
            throw ConsoleError(.invalid, "not admitted: \(outcome)")
        }
        return cookie
    }

    @Test func aLinkLetsOneBrowserInAndLookingAtItUsesNothingUp() async throws {
        let gate = try gate()
        let token = try await gate.makeLink(name: "lab", roles: [.operator, .expert])
        for _ in 0..<3 { #expect(await gate.link(token)?.name == "lab") }
        let cookie = try #require(await gate.use(link: token))
        #expect(await gate.use(link: token) == nil)
        #expect(await gate.link(token) == nil)
        let visitor = try #require(gate.visitor(cookie: cookie))
        #expect(visitor.roles == [.operator, .expert])
        #expect(visitor.session == nil)
        // A restart signs nobody out, and does not open the link again.
        let next = try self.gate()
        #expect(next.visitor(cookie: cookie) == visitor)
        #expect(await next.use(link: token) == nil)
        await next.dismiss(cookie: cookie)
        #expect(next.visitor(cookie: cookie) == nil)
        #expect(try self.gate().visitor(cookie: cookie) == nil)
    }

    @Test func manyAtOnceUseALinkOnce() async throws {
        let gate = try gate()
        let token = try await gate.makeLink(name: "lab", roles: [.expert])
        let admitted = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<20 { group.addTask { await gate.use(link: token) != nil } }
            return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        #expect(admitted == 1)
    }

    @Test func aNewFirstLinkTakesTheOldOnesPlace() async throws {
        let gate = try gate()
        let one = try await gate.makeLink(name: "lab", roles: [.expert], isFirst: true)
        let other = try await gate.makeLink(name: "x", roles: [.expert])
        let next = try await gate.makeLink(name: "lab", roles: [.expert], isFirst: true)
        #expect(await gate.link(one) == nil)
        #expect(await gate.link(other) != nil)
        #expect(await gate.link(next) != nil)
    }

    @Test func aParticipantSeesTheSessionOfTheirLinkUntilItIsOver() async throws {
        let gate = try gate()
        await gate.serve(at: "http://127.0.0.1:1")
        let token = try await gate.makeLink(role: .participant, session: "S1")
        #expect(gate.address(ofLink: token) == "http://127.0.0.1:1/sign-in?token=\(token)")
        let cookie = try #require(await gate.use(link: token))
        let visitor = try #require(gate.visitor(cookie: cookie))
        #expect(visitor.roles == [.participant])
        #expect(visitor.session == "S1")
        let other = try await gate.makeLink(role: .participant, session: "S1")
        await gate.dismiss(session: "S1")
        #expect(gate.visitor(cookie: cookie) == nil)
        #expect(await gate.use(link: other) == nil)
    }

    @Test func linksAndSignInsEnd() async throws {
        let late = try gate(SignInTimes(link: -1))
        #expect(await late.use(link: try await late.makeLink(name: "lab", roles: [.expert])) == nil)
        for times in [SignInTimes(idle: -1), SignInTimes(whole: -1)] {
            let gate = try gate(times)
            let token = try await gate.makeLink(name: "lab", roles: [.expert])
            let cookie = try #require(await gate.use(link: token))
            #expect(gate.visitor(cookie: cookie) == nil)
        }
    }

    @Test func passwordsLetInAndChangesOfTheAccountCountAtOnce() async throws {
        let gate = try gate()
        try add("maria", [.expert], password: "tram number seven")
        #expect(await gate.signIn(name: "maria", password: "wrong", from: "a") == .wrong)
        #expect(await gate.signIn(name: "nobody", password: "wrong", from: "a") == .wrong)
        let cookie = try cookie(
            await gate.signIn(name: "maria", password: "tram number seven", from: "a"))
        #expect(gate.visitor(cookie: cookie)?.roles == [.expert])
        let files = try AccessFiles(directory: directory.path)
        try files.changeAccounts { book throws(ConsoleError) in
            try book.setRoles([.researcher], of: "maria", now: 1)
        }
        #expect(gate.visitor(cookie: cookie)?.roles == [.researcher])
        try files.changeAccounts { book throws(ConsoleError) in
            try book.setPassword(hash: "x", of: "maria", now: 2)
        }
        #expect(gate.visitor(cookie: cookie) == nil)
        #expect(
            await gate.signIn(name: "maria", password: "tram number seven", from: "a") == .wrong)
    }

    @Test func anAccountThatIsMadeAnewIsAnother() async throws {
        let gate = try gate()
        try add("maria", [.expert], password: "tram number seven")
        let cookie = try cookie(
            await gate.signIn(name: "maria", password: "tram number seven", from: "a"))
        try AccessFiles(directory: directory.path).changeAccounts { book throws(ConsoleError) in
            try book.remove("maria")
        }
        #expect(gate.visitor(cookie: cookie) == nil)
        try add("maria", [.researcher], password: "tram number seven")
        #expect(gate.visitor(cookie: cookie) == nil)
    }

    @Test func secretsAreKeptAsHashesInFilesOfOurOwn() async throws {
        let gate = try gate()
        let token = try await gate.makeLink(name: "lab", roles: [.expert])
        let cookie = try #require(await gate.use(link: token))
        let other = try await gate.makeLink(name: "lab", roles: [.expert])
        try add("maria", [.expert], password: "tram number seven")
        for name in try FileSystem.list(directory.path) {
            let path = directory.file(name)
            let text = try FileSystem.readText(path)
            for secret in [token, other, cookie, "tram number"] {
                #expect(!text.contains(secret), "\(name)")
            }
            var status = stat()
            #expect(unsafe stat(path, &status) == 0)
            #expect(status.st_mode & 0o777 == 0o600, "\(name)")
        }
    }

    @Test func cookiesAreForThisConsoleAlone() throws {
        let plain = try gate()
        #expect(plain.field(cookie: "c").hasSuffix("=c; Path=/; HttpOnly; SameSite=Strict"))
        let secure = try gate(isSecure: true)
        #expect(secure.cookieName.hasPrefix("__Host-"))
        #expect(secure.field(cookie: "c").hasSuffix("; SameSite=Strict; Secure"))
        #expect(secure.field(cookie: "").hasSuffix("; Max-Age=0"))
        let elsewhere = try TemporaryDirectory("gate")
        let other = try Gate(
            directory: elsewhere.path, isSecure: false, log: Logger(label: "gate"))
        #expect(other.cookieName != plain.cookieName)
        #expect(plain.visitor(cookie: String(repeating: "a", count: 100_000)) == nil)
    }
}
