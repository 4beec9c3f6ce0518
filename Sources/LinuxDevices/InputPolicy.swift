/// What may be read from an input device, beyond its kind.
public struct InputPolicy: Hashable, Sendable {
    /// Whether a pointer's motion is recorded; without it buttons and wheel alone.
    public var recordsMotion: Bool
    /// Whether a keyboard's records keep the key's code beside its class. Only with the participant's
    /// consent to exactly this.
    public var keepsCodes: Bool

    public init(recordsMotion: Bool = true, keepsCodes: Bool = false) {
        self.recordsMotion = recordsMotion
        self.keepsCodes = keepsCodes
    }
}
