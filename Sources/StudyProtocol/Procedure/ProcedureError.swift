/// Why a phase cannot be entered.
public enum ProcedureError: Error, Hashable, Sendable, CustomStringConvertible {
    case unknownPhase(String, known: [String])
    case ended

    public var description: String {
        switch self {
        case .unknownPhase(let name, let known):
            "there is no phase '\(name)'; the protocol has \(known.joined(separator: ", "))"
        case .ended: "the session has ended; start a new one"
        }
    }
}
