/// A coding scheme as a session was coded with it: its whole text, kept in the review file.
public struct CodingSchemeText: Hashable, Sendable {
    /// Counts up from 1; 0 for one that is not stored yet.
    public var id: Int64
    /// Nanoseconds since 1970-01-01 UTC.
    public var madeRealtime: Int64
    public var actor: String
    public var name: String
    public var version: String
    /// Of the text, 64 lowercase hexadecimal digits.
    public var sha256: String
    /// The file as it was read.
    public var text: String

    public init(
        id: Int64 = 0, madeRealtime: Int64 = 0, actor: String, name: String, version: String,
        text: String
    ) {
        self.id = id
        self.madeRealtime = madeRealtime
        self.actor = actor
        self.name = name
        self.version = version
        self.sha256 = FileHash.sha256(of: text)
        self.text = text
    }

    /// What is wrong with it, in words; nil where it can be stored.
    public var problem: String? {
        ReviewLimits.name(name, "the scheme's name")
            ?? ReviewLimits.name(version, "the scheme's version")
            ?? ReviewLimits.bounded([("the scheme", text, ReviewLimits.scheme)])
    }
}
