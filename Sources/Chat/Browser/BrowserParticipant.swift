import Glibc
import Link
import SystemCalls
import Timebase

/// A scripted participant who uses the participant's page in a headless Chromium of its own: opens the
/// invitation, reads, takes up a Suggestion now and then, and types with real key events. For
/// demonstrations. One thread.
///
/// What it saw and sent is written to a log, as a witness: JSON lines `{"seen", "author", "text"}` for
/// each message that stood on the page, and `{"sent_ns", "text"}` (CLOCK_MONOTONIC) for each Enter.
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
        /// Where what it saw and sent is written; nil for nowhere.
        public var logPath: String?

        public init(
            address: String, browserPath: String? = nil, typist: Typist,
            keyboardPath: String? = nil, logPath: String? = nil
        ) {
            self.address = address
            self.browserPath = browserPath
            self.typist = typist
            self.keyboardPath = keyboardPath
            self.logPath = logPath
        }
    }

    private let browser: DevToolsBrowser
    private let signals: Signals
    private let keyboard: VirtualKeyboard?
    private let address: String
    private let log: WitnessLog?
    private var seen: Int64 = 0
    private var messages = 0
    private var hand: TypistHand
    private var answered: Int64 = 0
    private var isWriting = false
    private var nextLook = Clocks.now()
    private var isOver = false

    /// Starts the browser.
    /// - Throws: `ChatError` where there is none, or it does not do what it should.
    public init(_ settings: Settings) throws {
        signals = try Signals([SIGINT, SIGTERM, SIGHUP])
        guard let path = settings.browserPath ?? Places.browser else {
            throw ChatError(.browser, "There is no Chromium: install the package chromium.")
        }
        hand = TypistHand(typist: settings.typist)
        keyboard = settings.keyboardPath.map(VirtualKeyboard.init(path:))
        address = settings.address
        log = try settings.logPath.map(WitnessLog.init(path:))
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
        let state = try browser.evaluate(Self.question)
        if state["ended"] == .bool(true) || state["status"]?.integer == 410 { return isOver = true }
        let turns = state["turns"]?.array ?? []
        let count = Int64(turns.count)
        // Only what stands on the page was seen.
        guard state["shown"]?.integer == count else { return }
        for turn in turns.dropFirst(Int(seen)) {
            try note([
                "seen": turn["number"] ?? .null, "author": turn["author"] ?? .null,
                "text": turn["text"] ?? .null,
            ])
        }
        seen = max(seen, count)
        guard state["mayWrite"] == .bool(true), turns.last?["author"]?.string == "client",
            count > answered
        else { return }
        answered = count
        try takeUpSuggestion()
        _ = try browser.evaluate("document.querySelector('textarea').focus()")
        isWriting = true
        hand.beginLine(at: Clocks.now())
    }

    private static let question = """
        (async () => { const answer = await fetch('state');
          if (!answer.ok) return {status: answer.status};
          const state = await answer.json(); const chat = state.chat;
          return {status: 200, ended: state.ended !== null, turns: chat ? chat.turns : [],
            shown: document.querySelectorAll('[data-turn]').length,
            mayWrite: Boolean(chat && chat.can_write && !chat.typing)}; })()
        """

    /// Puts a Suggestion into every second message, with a click, and goes on writing behind it.
    private func takeUpSuggestion() throws {
        messages += 1
        guard messages % 2 == 0 else { return }
        let place = try browser.evaluate(
            """
            (() => { const button = document.querySelector('button.suggestion');
              if (!button) return null; button.scrollIntoView({block: 'center'});
              const box = button.getBoundingClientRect();
              return {x: Math.round(box.x + box.width / 2), y: Math.round(box.y + box.height / 2)}; })()
            """)
        guard let x = place["x"], let y = place["y"] else { return }
        for type in ["mousePressed", "mouseReleased"] {
            try browser.call(
                "Input.dispatchMouseEvent",
                [
                    "type": .string(type), "x": x, "y": y, "button": "left", "clickCount": 1,
                ], onPage: true)
        }
        try browser.call("Input.insertText", ["text": " "], onPage: true)
    }

    private func note(_ fact: JSONValue) throws {
        try log?.add(fact)
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
            if isDown {
                let text = try browser.evaluate("document.querySelector('textarea').value")
                try note(["sent_ns": .integer(Clocks.now().nanoseconds), "text": text])
            }
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
