/// Whether the terminal's window has the focus, as far as it tells. A pure value.
///
/// A terminal says so when the focus changes (xterm's mode 1004), but few say how it is at the
/// start. A key that arrives shows that the window has the focus; that is believed only of a terminal
/// which would also tell of its loss, since else nothing would ever end it.
struct WindowFocus: Hashable, Sendable {
    /// nil while nothing is known.
    private(set) var isFocused: Bool?
    private var tellsOfLoss = false
    private var told: Bool?

    /// Takes what the terminal sent.
    mutating func take(_ key: Key) {
        switch key {
        case .focusGained:
            tellsOfLoss = true
            isFocused = true
        case .focusLost:
            tellsOfLoss = true
            isFocused = false
        case .focusReporting(let isThere):
            tellsOfLoss = isThere
            if !isThere { isFocused = nil }
        default:
            if tellsOfLoss && isFocused == nil { isFocused = true }
        }
    }

    /// What the daemon has to be told now; nil where there is nothing new.
    mutating func takeNews() -> Bool? {
        guard let isFocused, isFocused != told else { return nil }
        told = isFocused
        return isFocused
    }

    /// The connection is gone, and what was told with it.
    mutating func forgetTold() { told = nil }
}
