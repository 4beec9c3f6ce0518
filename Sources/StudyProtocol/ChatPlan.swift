/// The chat of a study.
public struct ChatPlan: Hashable, Sendable {
    /// The name of a script; its file is `Protocols/personas/NAME.yaml`.
    public var script: String
    /// What the participant's page calls the other side.
    public var clientLabel: String

    public init(script: String, clientLabel: String) {
        self.script = script
        self.clientLabel = clientLabel
    }
}
