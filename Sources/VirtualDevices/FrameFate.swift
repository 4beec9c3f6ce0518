/// What became of a frame, line or key event of a virtual device.
public enum FrameFate: String, Hashable, Sendable, CaseIterable {
    /// The pseudo-terminal or pipe took all of its bytes.
    case sent
    /// Nobody read and the buffer was full: dropped, as a real UART would overrun.
    case overrun
    /// Dropped on purpose, by probability or pattern.
    case lost
    /// Dropped on purpose while the line was silent.
    case away
}
