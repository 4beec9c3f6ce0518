import Link
import SessionStore

/// A redaction that goes on, with all that is told when it ends.
struct RedactionOrder {
    /// Who asked; nil for one that a daemon before this one had begun.
    var call: VarlinkCall?
    var study: String
    var participant: String
    /// Written down in the study's database, unless it only looks.
    var redaction: Redaction
    var isTrial: Bool
    /// Whether the words were covered by a later one, so that nobody has to be asked for them.
    var isRepeated = false
}

/// How a redaction ended.
enum RedactionOutcome: Sendable {
    case done(SessionRedaction.Outcome, path: String, isTrial: Bool)
    /// - Parameter made: the session's file, where it had been made anew before it failed.
    case failed(SessionStoreError, made: RewrittenFile?, path: String)
    /// What a redaction that was cut off has left; nil where it had not come to the session's file.
    case found(RewrittenFile?, path: String)
}
