/// What a key asks of the player.
public enum PlayerKey: Hashable, Sendable {
    case playPause
    /// Nanoseconds, negative for back.
    case step(Int64)
    case previousEvent, nextEvent, previousTurn, nextTurn, start, end
    case slower, faster, normalSpeed
    case zoomIn, zoomOut, zoomNormal
    case moreSignals
    case help, escape
    case redraw, suspend, interrupt, quit
    /// A key without a meaning.
    case other
}
