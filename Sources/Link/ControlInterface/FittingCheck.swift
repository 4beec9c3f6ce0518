/// What one check of the fitting found, with a sentence that says what to do.
public struct FittingCheck: Codable, Hashable, Sendable {
    /// How it stands; only green lets a session leave the fitting without a reason.
    public enum State: String, Codable, Hashable, Sendable, CaseIterable {
        case green, amber, red
    }

    /// The check's name: contact, leads-off, flat-line, clipping, eda-response, settle, battery,
    /// microphone, model or disk.
    public var check: String
    /// The channel as `stream.channel`, or the device, that it looked at; nil for the station's.
    public var source: String?
    public var state: State
    public var text: String
    /// Whether the protocol asks for it.
    public var required: Bool

    public init(
        check: String, source: String? = nil, state: State, text: String, required: Bool = false
    ) {
        self.check = check
        self.source = source
        self.state = state
        self.text = text
        self.required = required
    }
}
