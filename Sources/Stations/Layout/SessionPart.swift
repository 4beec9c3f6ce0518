import SessionStore

/// What of a session lies in a file of its own.
public enum SessionPart: String, Hashable, Sendable, Codable, CaseIterable {
    /// The session file.
    case session
    /// Its review file.
    case review
    /// Its quality report.
    case report

    /// What its name ends with.
    var suffix: String {
        switch self {
        case .session: ".attune"
        case .review: ".review"
        case .report: ".quality.html"
        }
    }

    /// Most bytes of it. A session of a day has some gigabytes.
    var mostBytes: Int64 {
        switch self {
        case .session: 1 << 42
        case .review, .report: 1 << 30
        }
    }

    /// Its rights on a station, as the daemon gives them.
    var mode: UInt32 {
        switch self {
        case .session: 0o440
        case .review, .report: 0o640
        }
    }

    /// Where it is beside a session file.
    func path(of session: String) -> String {
        let stem =
            session.hasSuffix(SessionPart.session.suffix)
            ? String(session.dropLast(SessionPart.session.suffix.count)) : session
        return stem + suffix
    }
}
