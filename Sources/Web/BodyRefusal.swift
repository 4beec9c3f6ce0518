/// Why a request's body was not read.
public enum BodyRefusal: Error, Hashable, Sendable, CustomStringConvertible {
    /// It has more than so many bytes.
    case tooLarge(Int)
    /// It did not come in time.
    case tooSlow

    public var description: String {
        switch self {
        case .tooLarge(let most): "a body has at most \(most) bytes"
        case .tooSlow: "the body came too slowly"
        }
    }
}
