/// A key or a piece of input, as a terminal sends it.
public enum Key: Hashable, Sendable {
    case text(String)
    case paste(String)
    case backspace, delete, left, right, home, end
    /// Ctrl-U: everything before the cursor. Ctrl-K: everything after it. Ctrl-W: a word.
    case killLine, killRest, killWord
    case enter
    /// Ctrl-C.
    case interrupt
    /// Ctrl-D.
    case endOfInput
    /// Ctrl-L.
    case redraw
    /// The terminal's window got the focus, or lost it.
    case focusGained, focusLost
    /// The terminal says whether it tells of its focus.
    case focusReporting(Bool)
    /// A key without a meaning here.
    case other
}
