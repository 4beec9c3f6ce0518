/// What was said in a session, in words; the newest of a file counts.
public struct Transcript: Hashable, Sendable {
    public enum Source: String, CaseIterable, Hashable, Sendable {
        case typed, webvtt, srt, json, elan
    }

    /// Counts up from 1; 0 for one that is not stored yet.
    public var id: Int64
    /// Nanoseconds since 1970-01-01 UTC.
    public var madeRealtime: Int64
    /// UUID: the same one handed over again adds nothing.
    public var change: String
    public var actor: String
    public var source: Source
    /// BCP 47, such as `en-US`; empty where unknown.
    public var language: String
    /// JSON object: the recogniser, the file's name, and the like.
    public var detail: String

    public init(
        id: Int64 = 0, madeRealtime: Int64 = 0, change: String, actor: String, source: Source,
        language: String = "", detail: String = "{}"
    ) {
        self.id = id
        self.madeRealtime = madeRealtime
        self.change = change
        self.actor = actor
        self.source = source
        self.language = language
        self.detail = detail
    }

    /// What is wrong with it, in words; nil where it can be stored.
    public var problem: String? {
        ReviewLimits.identifier(change, "its change") ?? ReviewLimits.name(actor, "its actor")
            ?? ReviewLimits.bounded(
                [
                    ("language", language, ReviewLimits.name),
                    ("detail", detail, ReviewLimits.value),
                ])
    }
}
