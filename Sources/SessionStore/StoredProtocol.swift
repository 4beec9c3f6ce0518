/// A protocol as a study used it from some moment on.
public struct StoredProtocol: Hashable, Sendable {
    public var name: String
    public var version: String
    /// The whole file.
    public var text: String
    /// Who brought it into the study.
    public var actor: String
    /// Nanoseconds since 1970-01-01 UTC.
    public var realtime: Int64

    public init(name: String, version: String, text: String, actor: String, realtime: Int64) {
        self.name = name
        self.version = version
        self.text = text
        self.actor = actor
        self.realtime = realtime
    }
}
