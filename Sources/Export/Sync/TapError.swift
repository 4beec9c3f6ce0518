/// Why a sync test cannot be made or judged.
public struct TapError: Error, Hashable, Sendable, CustomStringConvertible {
    public enum Code: Hashable, Sendable {
        /// The streams to compare are not named, or there are none of these names.
        case source
        /// There are too few taps in one of the streams.
        case tooFew
        /// Which taps belong together cannot be told.
        case ambiguous
    }

    public var code: Code
    /// What happened, and what to do about it.
    public var description: String

    public init(_ code: Code, _ description: String) {
        self.code = code
        self.description = description
    }
}
