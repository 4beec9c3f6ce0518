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
    /// A key without a meaning here.
    case other
}
