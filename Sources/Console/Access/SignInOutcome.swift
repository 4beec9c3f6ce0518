/// What became of signing in with a password.
enum SignInOutcome: Hashable, Sendable {
    /// Let in, with this cookie.
    case admitted(cookie: String)
    /// There is no such account, or the password is another one.
    case wrong
    /// Tried too often: later again.
    case tooOften
}
