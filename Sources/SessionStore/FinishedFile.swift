/// A session file in its final form.
public struct FinishedFile: Hashable, Sendable {
    public var path: String
    /// 64 lowercase hexadecimal digits.
    public var sha256: String
    /// Bytes.
    public var size: Int64
    /// Where its audit trail ends.
    public var audit: AuditHead?
}
