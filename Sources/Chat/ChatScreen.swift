import Glibc
import SystemCalls

/// Shows the conversation: finished lines above, and the draft or the typing indicator on the last
/// line, drawn anew at each change. Without a terminal only finished lines are printed.
final class ChatScreen {
    private let terminal: RawTerminal?
    private var draft: (before: String, after: String) = ("", "")
    private var isPartnerTyping = false

    init(terminal: RawTerminal?) { self.terminal = terminal }

    /// Shows a turn and returns when it is written.
    func show(author: String, _ text: String) {
        line("\(author): \(TerminalText.harmless(text))")
    }

    /// Shows something about the chat itself.
    func note(_ text: String) { line("· \(TerminalText.harmless(text))") }

    func update(draft: (before: String, after: String)) {
        self.draft = draft
        redraw()
    }

    func update(isPartnerTyping: Bool) {
        self.isPartnerTyping = isPartnerTyping
        redraw()
    }

    /// Draws the last line again, such as after a change of size.
    func redraw() {
        guard let terminal else { return }
        let prompt = isPartnerTyping ? "… > " : "> "
        let room = max(terminal.columns - prompt.count - 1, 4)
        let before = TerminalText.tail(of: TerminalText.harmless(draft.before), columns: room)
        let after = TerminalText.head(
            of: TerminalText.harmless(draft.after),
            columns: room - TerminalText.columns(of: before))
        let back = TerminalText.columns(of: after)
        terminal.write(
            "\r\u{1B}[K\(prompt)\(before)\(after)" + (back > 0 ? "\u{1B}[\(back)D" : ""))
    }

    /// Leaves the last line clean.
    func end() { terminal?.write("\r\u{1B}[K") }

    private func line(_ text: String) {
        if let terminal {
            terminal.write("\r\u{1B}[K\(text)\n")
            redraw()
        } else {
            try? FileSystem.writeAll(Array("\(text)\n".utf8), to: STDOUT_FILENO)
        }
    }
}
