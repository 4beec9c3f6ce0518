import Glibc
import Link
import SystemCalls
import Timebase

/// A scripted participant who uses the participant's page in a headless Chromium of its own: opens the
/// invitation, reads, takes up a Suggestion now and then, and types with real key events. For
/// demonstrations. One thread.
///
/// Beside each key that the browser gets, the virtual keyboard's pipe gets the same one, as evdev
/// would have it.
public final class BrowserParticipant {
    /// How it behaves.
    public struct Settings: Sendable {
        /// The invitation.
        public var address: String
        /// The browser's program; nil for where it usually is.
        public var browserPath: String?
        public var typist: Typist
        /// A named pipe that takes the typist's keys; nil for none.
        public var keyboardPath: String?

        public init(
            address: String, browserPath: String? = nil, typist: Typist, keyboardPath: String? = nil
        ) {
            self.address = address
            self.browserPath = browserPath
            self.typist = typist
            self.keyboardPath = keyboardPath
        }
    }

    private let browser: DevToolsBrowser
    private let signals: Signals
    private let keyboard: VirtualKeyboard?
    private let address: String
    private var hand: TypistHand
    private var answered: Int64 = 0
    private var isWriting = false
    private var nextLook = Clocks.now()
    private var isOver = false

    /// Whether a browser is installed where it usually is.
    public static var isAvailable: Bool { installedBrowser != nil }

    static var installedBrowser: String? {
        DevToolsBrowser.usualPaths.first { FileSystem.exists($0) }
    }

    /// Starts the browser.
    /// - Throws: `ChatError` where there is none, or it does not do what it should.
    public init(_ settings: Settings) throws {
        signals = try Signals([SIGINT, SIGTERM, SIGHUP])
        guard let path = settings.browserPath ?? Self.installedBrowser else {
            throw ChatError(.browser, "There is no Chromium: install the package chromium.")
        }
        hand = TypistHand(typist: settings.typist)
        keyboard = settings.keyboardPath.map(VirtualKeyboard.init(path:))
        address = settings.address
        browser = try DevToolsBrowser(path: path, width: 1280, height: 900)
    }

    /// Chats until the session ends or a signal comes.
    public func run() throws {
        defer { browser.end() }
        try enter()
        while !isOver {
            try look()
            for (key, isDown) in hand.take(now: Clocks.now()) { try move(key, isDown: isDown) }
            wait()
        }
    }

    // MARK: - The page

    /// Opens the invitation and presses its button.
    private func enter() throws {
        try browser.call("Page.navigate", ["url": .string(address)], onPage: true)
        try waitFor("the invitation's button", "document.querySelector('form button') !== null")
        _ = try? browser.evaluate("document.querySelector('form button').click()")
        try waitFor("the participant's page", "location.pathname.startsWith('/r/')")
    }

    private func waitFor(_ what: String, _ condition: String) throws {
        for _ in 0..<300 {
            if case .bool(true)? = try? browser.evaluate(condition) { return }
            if !signals.take().isEmpty { return isOver = true }
            usleep(100_000)
        }
        let text = try? browser.evaluate("document.body ? document.body.innerText : ''").string
        throw ChatError(.browser, "\(what) did not come within 30 s. The page says: \(text ?? "")")
    }

    /// Looks whether it is this side's turn, and begins to write.
    private func look() throws {
        guard !isWriting, Clocks.now() >= nextLook else { return }
        nextLook = Clocks.now() + 250_000_000
        let state = try browser.evaluate(
            """
            (async () => { const answer = await fetch('state');
              if (!answer.ok) return {status: answer.status};
              const state = await answer.json(); const turns = state.chat ? state.chat.turns : [];
              return {status: 200, ended: state.ended !== null, turns: turns.length,
                last: turns.length ? turns[turns.length - 1].author : '',
                shown: document.querySelectorAll('[data-turn]').length,
                mayWrite: Boolean(state.chat && state.chat.can_write && !state.chat.typing)}; })()
            """)
        if state["ended"] == .bool(true) || state["status"]?.integer == 410 { return isOver = true }
        let turns = state["turns"]?.integer ?? 0
        guard state["mayWrite"] == .bool(true), state["last"]?.string == "client",
            turns > answered, state["shown"]?.integer == turns
        else { return }
        answered = turns
        _ = try browser.evaluate("document.querySelector('textarea').focus()")
        isWriting = true
        hand.beginLine(at: Clocks.now())
    }

    // MARK: - Keys

    private func move(_ key: Key, isDown: Bool) throws {
        keyboard?.move(key, isDown: isDown)
        var parameters: [String: JSONValue] = ["type": .string(isDown ? "keyDown" : "keyUp")]
        switch key {
        case .text(let text):
            parameters["key"] = .string(text)
            if isDown { parameters["text"] = .string(text) }
        case .backspace:
            parameters["key"] = "Backspace"
            parameters["code"] = "Backspace"
            parameters["windowsVirtualKeyCode"] = 8
        case .enter:
            parameters["key"] = "Enter"
            parameters["code"] = "Enter"
            parameters["windowsVirtualKeyCode"] = 13
            if isDown { parameters["text"] = "\r" }
        default: return
        }
        try browser.call("Input.dispatchKeyEvent", .object(parameters), onPage: true)
        if key == .enter && !isDown { isWriting = false }
    }

    private func wait() {
        let due = isWriting ? hand.due ?? nextLook : nextLook
        let left = max(0, (due - Clocks.now()) / 1_000_000)
        var entry = pollfd(fd: signals.number, events: Int16(POLLIN), revents: 0)
        _ = unsafe poll(&entry, 1, Int32(clamping: min(left, 250)))
        if !signals.take().isEmpty { isOver = true }
    }
}
