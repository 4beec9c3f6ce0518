/// Where a session stands. A file in one of the last four states or `finished` records no more.
public enum SessionState: String, Hashable, Sendable, Codable, CaseIterable {
    /// Samples and events are being added.
    case recording
    /// Everything is stored durably; the file is not yet in its final form.
    case stopped
    /// In its final form: one immutable file.
    case finished
    /// Recording broke off and could not be taken up again in time.
    case interrupted
    /// The operator gave the session up.
    case aborted
    /// The participant withdrew consent.
    case withdrawn
}
