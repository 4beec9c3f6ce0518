/// Whether a linked stream is a signal, holds events, or is sound.
public enum LinkStreamKind: String, Codable, Hashable, Sendable, CaseIterable {
    case signal
    case events
    /// One channel of 16-bit samples at a whole rate, kept as FLAC; needs consent to audio.
    case audio
}
