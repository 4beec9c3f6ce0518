/// Why a call gave no result.
public enum ClientError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The service answered with an error.
    case refused(VarlinkError)
    /// There was no answer.
    case link(LinkError)

    /// For a person, with what to do.
    public var description: String {
        switch self {
        case .link(let error): return error.description
        case .refused(let error):
            if let known = ControlError(error) { return known.description }
            if let known = LinkRefusal(error) { return known.description }
            if let known = StudyRefusal(error) { return known.description }
            if let known = ReviewRefusal(error) { return known.description }
            switch error.shortName {
            case "NoSuchRoom":
                let session = error.parameters["session"]?.string ?? ""
                return session.isEmpty
                    ? "There is no room, or more than one: say which session (attune chat rooms)."
                    : "No session '\(session)' has a room, or several begin so; one that has "
                        + "ended lets nobody in any more (attune chat rooms)."
            case "InvalidParameter":
                let name = error.parameters["parameter"]?.string ?? ""
                let reason = error.parameters["reason"]?.string ?? "it is not accepted"
                return "The parameter '\(name)' is wrong: \(reason)."
            case "MethodNotFound", "InterfaceNotFound", "MethodNotImplemented":
                return "The daemon does not know \(error.parameters.text): is it older than this "
                    + "program?"
            default: return "The daemon refused: \(error)"
            }
        }
    }
}
