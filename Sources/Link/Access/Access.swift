/// What a caller may do. Each level includes the ones before it.
public enum Access: Int, Hashable, Comparable, Sendable, CaseIterable, CustomStringConvertible {
    /// Nothing but asking what the service is.
    case none
    /// Look: status, sessions, live streams.
    case watch
    /// Change: start, mark, stop, send.
    case control

    public static func < (left: Access, right: Access) -> Bool { left.rawValue < right.rawValue }

    /// The level's name as errors carry it.
    public var description: String {
        switch self {
        case .none: "none"
        case .watch: "watch"
        case .control: "control"
        }
    }
}
