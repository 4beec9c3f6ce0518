/// What a check found.
public struct Finding: Encodable, Hashable, Sendable {
    public enum Verdict: String, Encodable, Hashable, Sendable, CaseIterable {
        case ok
        /// It works, and something should be looked at.
        case warning
        /// What is needed is not there.
        case missing
        case unknown
    }

    /// The check's name, such as `groups`.
    public var check: String
    public var verdict: Verdict
    /// What was seen, in one line.
    public var seen: String
    /// The command that mends it, or what else to do, in one line; nil where nothing has to be mended.
    public var mend: String?

    public init(_ check: String, _ verdict: Verdict, _ seen: String, mend: String? = nil) {
        self.check = check
        self.verdict = verdict
        self.seen = seen
        self.mend = mend
    }
}
