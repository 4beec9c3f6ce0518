/// Why a file could not be copied to the backup place.
public struct BackupFailure: Error, Hashable, Sendable, CustomStringConvertible {
    /// What failed.
    public enum Side: Hashable, Sendable {
        /// The place: everything else would fail there too.
        case place
        /// What was to be copied: other files can be.
        case source
        /// The one who asked wants no more.
        case cancelled
    }

    public var side: Side
    public var reason: SessionStoreError

    public init(_ side: Side, _ reason: SessionStoreError) {
        self.side = side
        self.reason = reason
    }

    public var description: String { reason.description }
}
