import Synchronization
import Web

/// Knows who is signed in: cookies and the visitors behind them.
///
/// Any thread may use it. Cookies are kept as hashes, in memory alone.
final class Gate: Sendable {
    static let cookieName = "attune_console"

    /// Signs in once the console runs; printed at its start.
    let token = Secret.make()
    private let visitors = Mutex<[String: Visitor]>([:])

    /// The visitor behind a cookie; nil for a cookie that is none, or not any more.
    func visitor(cookie: String) -> Visitor? {
        visitors.withLock { $0[Secret.hash(cookie)] }
    }

    func isToken(_ text: some StringProtocol) -> Bool {
        Secret.hash(String(text)) == Secret.hash(token)
    }

    /// Lets somebody in.
    /// - Returns: the cookie.
    func admit(name: String, roles: Set<Role>, session: String? = nil) -> String {
        let cookie = Secret.make()
        let visitor = Visitor(name: name, roles: roles, session: session, csrf: Secret.make())
        visitors.withLock { $0[Secret.hash(cookie)] = visitor }
        return cookie
    }

    /// Lets a cookie's holder in no more.
    func dismiss(cookie: String) {
        visitors.withLock { $0[Secret.hash(cookie)] = nil }
    }
}
