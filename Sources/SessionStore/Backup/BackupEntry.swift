/// A file of a study of which there is a copy at a backup place, read back from its disk.
public struct BackupEntry: Codable, Hashable, Sendable {
    /// The place's id, as its mark says.
    public var place: String
    /// The path below the study's folder, there as here.
    public var file: String
    /// Id of the session that it belongs to.
    public var session: String
    /// Of the copy, as it was read back: 64 lowercase hexadecimal digits, and bytes.
    public var sha256: String
    public var size: Int64
    /// When what was copied had changed last, in nanoseconds since 1970-01-01 UTC.
    public var changedRealtime: Int64
    /// When the copy was read back, in nanoseconds since 1970-01-01 UTC.
    public var verifiedRealtime: Int64

    public init(
        place: String, file: String, session: String, sha256: String, size: Int64,
        changedRealtime: Int64, verifiedRealtime: Int64
    ) {
        self.place = place
        self.file = file
        self.session = session
        self.sha256 = sha256
        self.size = size
        self.changedRealtime = changedRealtime
        self.verifiedRealtime = verifiedRealtime
    }
}
