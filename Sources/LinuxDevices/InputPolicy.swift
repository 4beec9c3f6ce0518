/// What may be read from an input device, beyond its kind.
public struct InputPolicy: Hashable, Sendable {
    /// Whether a pointer's motion is recorded; without it buttons and wheel alone.
    public var recordsMotion: Bool

    public init(recordsMotion: Bool = true) { self.recordsMotion = recordsMotion }
}
