/// Why something was not added to a review file. Nothing of the request was added then.
public enum SessionReviewError: Error, Hashable, Sendable, CustomStringConvertible {
    /// It is not possible; `change` is the id of the change, empty where the request itself is wrong.
    case refused(change: String, reason: String)
    /// Somebody else changed the annotation meanwhile; `newest` is the row that counts now.
    case outdated(change: String, newest: Int64)
    /// The stage of the assignment is locked.
    case locked(change: String, stage: String)
    case failed(SessionStoreError)

    public var description: String {
        switch self {
        case .refused("", let reason): "not possible: \(reason)"
        case .refused(let change, let reason): "the change \(change) is not possible: \(reason)"
        case .outdated(_, let newest):
            "somebody else changed it meanwhile (row \(newest)); look at theirs and try again"
        case .locked(_, let stage): "the stage '\(stage)' is locked: nothing of it changes any more"
        case .failed(let error): error.description
        }
    }

    static func wrapping(_ error: any Error, path: String) -> SessionReviewError {
        error as? SessionReviewError ?? .failed(.wrapping(error, path: path))
    }
}
