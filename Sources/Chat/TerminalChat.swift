import Glibc
import Link
import SystemCalls
import Timebase

/// A chat in the terminal: a linked client of its own process, on one thread with one poll loop.
///
/// Each change of the draft and each turn goes to the daemon as an event through an outbox, so that
/// neither side's death loses one. Without a terminal each line that is read is a turn.
public final class TerminalChat {
    private let settings: ChatSettings
    private let partner: any ChatPartner
    private let signals: Signals
    private var terminal: RawTerminal?
    private let screen: ChatScreen

    private var editor = LineEditor()
    private var decoder = KeyDecoder()
    private var lineBytes: [UInt8] = []
    private var hand: TypistHand?
    private let keyboard: VirtualKeyboard?

    private var link: LinkedClient?
    private var conversation: Conversation?
    private var watch: VarlinkClient?
    private var nextLook = Clocks.now()
    private var lastNote = ""

    private var composedFrom: Instant?
    private var pendingReply: (text: String, due: Instant, from: Instant)?
    private var focus = WindowFocus()
    private var readsInput = true
    private var isOver = false

    public init(settings: ChatSettings, partner: any ChatPartner) throws {
        self.settings = settings
        self.partner = partner
        signals = try Signals([SIGINT, SIGTERM, SIGHUP, SIGWINCH])
        hand = settings.typist.map(TypistHand.init(typist:))
        keyboard = settings.keyboardPath.map(VirtualKeyboard.init(path:))
        terminal = RawTerminal(STDIN_FILENO)
        screen = ChatScreen(terminal: terminal)
        do throws(SystemError) {
            try FileSystem.makeDirectories(settings.stateDirectory, mode: 0o700)
        } catch {
            throw ChatError(
                .file, "The chat's directory \(settings.stateDirectory) cannot be made: \(error)")
        }
    }

    /// Runs until the session or the input ends, or a signal comes; delivers what is left.
    public func run() throws {
        defer {
            screen.end()
            terminal?.restore()
        }
        while !isOver {
            look()
            try link?.process()
            noteState()
            try tellFocus()
            try speakWhenDue()
            try typeWhenDue()
            screenIsCurrent()
            try waitForSomething()
        }
        try finish()
    }

    // MARK: Session

    /// Finds the session, and notices its end.
    private func look() {
        guard Clocks.now() >= nextLook else { return }
        nextLook = Clocks.now() + 1_000_000_000
        do {
            if link == nil { try join() }
            if watch == nil, let session = conversationSession {
                let client = try VarlinkClient(path: settings.socketPath, timeoutMilliseconds: 2000)
                try client.send(
                    LinkInterface.WatchSession.name, ["session": .string(session)],
                    wantsMore: true)
                watch = client
            }
        } catch {
            note("\(error)")
        }
    }

    private var conversationSession: String? {
        guard case .linked(let session)? = link?.state else { return nil }
        return session.id
    }

    private func join() throws {
        let client = try VarlinkClient(path: settings.socketPath, timeoutMilliseconds: 2000)
        let found = try client.call(
            ControlInterface.GetSession.self, .init(session: settings.session)
        ).session
        let base = "\(settings.stateDirectory)/chat-\(found.id)"
        let conversation = try Conversation(path: base + ".conversation")
        let outbox = try Outbox(path: base + ".outbox")
        self.conversation = conversation
        link = LinkedClient(
            path: settings.socketPath, outbox: outbox,
            registration: .init(session: found.id, client: "chat", title: "Chat"))
        for turn in conversation.turns { screen.show(author: name(turn.author), turn.text) }
        let now = Clocks.now()
        if let last = conversation.turns.last {
            // A reply that was on its way when the chat was killed is given now.
            if last.author == .participant { prepareReply(to: last.text, from: now) }
        } else if let opening = partner.opening() {
            pendingReply = (
                opening.text, now + Int64(opening.delayMilliseconds) * 1_000_000, now
            )
            screen.update(isPartnerTyping: true)
        }
        if pendingReply == nil { hand?.beginLine(at: now) }
    }

    private func readWatch() {
        guard let watch else { return }
        do throws(LinkError) {
            while let reply = try watch.receive(waitingMilliseconds: 0) {
                guard case .success(let parameters) = reply.result else {
                    self.watch = nil
                    return
                }
                let session = try? parameters["session"]?.decode(LinkSession.self)
                if let session, session.state != .recording {
                    note("the session is \(session.state.rawValue)")
                    isOver = true
                }
                if !reply.continues { self.watch = nil }
            }
        } catch {
            // The daemon is gone; the outbox keeps what it should have, and it is looked for again.
            self.watch = nil
        }
    }

    private func noteState() {
        switch link?.state {
        case .waiting(let reason): note(reason)
        case .refused(let refusal):
            note(refusal.description)
            isOver = true
        case .linked, .registering, nil: break
        }
    }

    /// Says something once, until something else is said.
    private func note(_ text: String) {
        if text == lastNote { return }
        lastNote = text
        screen.note(text)
    }

    // MARK: Turns

    private func name(_ author: Turn.Author) -> String {
        author == .participant ? "You" : "Client"
    }

    /// The participant's turns so far.
    private var spokenTurns: Int {
        conversation?.turns.count { $0.author == .participant } ?? 0
    }

    private func prepareReply(to text: String, from now: Instant) {
        let reply = partner.reply(to: text, turn: spokenTurns)
        pendingReply = (reply.text, now + Int64(reply.delayMilliseconds) * 1_000_000, now)
        screen.update(isPartnerTyping: true)
    }

    private func speakWhenDue() throws {
        guard let reply = pendingReply, Clocks.now() >= reply.due else { return }
        pendingReply = nil
        screen.update(isPartnerTyping: false)
        try say(reply.text, as: .client, composedFrom: reply.from)
        hand?.beginLine(at: Clocks.now())
    }

    private func say(_ text: String, as author: Turn.Author, composedFrom: Instant?) throws {
        guard let conversation, let link else { return }
        let sent = Clocks.now()
        screen.show(author: name(author), text)
        let turn = Turn(
            number: conversation.turns.count + 1, author: author, text: text,
            composedFromNs: composedFrom?.nanoseconds, sentNs: sent.nanoseconds,
            shownNs: Clocks.now().nanoseconds)
        try conversation.append(turn)
        try link.send(kind: "turn", time: sent, payload: try JSONValue(encoding: turn))
        if author == .participant { prepareReply(to: text, from: sent) }
    }

    // MARK: Input

    private func typeWhenDue() throws {
        let actions = hand?.take(now: Clocks.now()) ?? []
        for (key, isDown) in actions {
            keyboard?.move(key, isDown: isDown)
            if isDown { try press(key) }
        }
    }

    private func press(_ key: Key) throws {
        switch key {
        case .interrupt: isOver = true
        case .endOfInput: if editor.isEmpty { isOver = true }
        case .redraw: screen.redraw()
        case .focusGained, .focusLost, .focusReporting: return
        default:
            // Nothing is sent to a session that is not there yet.
            guard link != nil else { return }
            let now = Clocks.now()
            let draft = spokenTurns + 1
            switch editor.apply(key) {
            case .nothing: break
            case .moved: screen.update(draft: editor.parts)
            case .edited(let edit):
                composedFrom = composedFrom ?? now
                try send(edit, draft: draft, at: now)
                screen.update(draft: editor.parts)
            case .submitted(let text):
                screen.update(draft: editor.parts)
                let began = composedFrom
                composedFrom = nil
                try say(text, as: .participant, composedFrom: began)
            }
        }
    }

    /// Tells the daemon of the focus, by which it opens and closes the participant's keyboard: each
    /// change, and anew on each connection.
    private func tellFocus() throws {
        guard let link else { return }
        guard case .linked = link.state else { return focus.forgetTold() }
        guard let isFocused = focus.takeNews() else { return }
        try link.send(
            kind: "focus", time: Clocks.now(), payload: .object(["focused": .bool(isFocused)]))
    }

    private func send(_ edit: DraftEdit, draft: Int, at now: Instant) throws {
        var payload: [String: JSONValue] = [
            "draft": .integer(Int64(draft)), "position": .integer(Int64(edit.position)),
            "deleted": .integer(Int64(edit.deleted)), "inserted": .integer(Int64(edit.inserted)),
            "class": .string(edit.editClass.rawValue),
        ]
        if settings.sendsDraftText { payload["text"] = .string(edit.text) }
        try link?.send(kind: "draft_edit", time: now, payload: .object(payload))
    }

    private func readInput() throws {
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = try systemCall("read", "the terminal") {
            unsafe buffer.withUnsafeMutableBytes {
                unsafe read(STDIN_FILENO, $0.baseAddress, $0.count)
            }
        }
        if count == 0 {
            readsInput = false
            // A script of a typist has no input to wait for.
            if hand == nil { isOver = true }
            return
        }
        if terminal != nil {
            for key in decoder.decode(buffer[0..<count]) {
                focus.take(key)
                try tellFocus()
                try press(key)
            }
            return
        }
        lineBytes += buffer[0..<count]
        while let end = lineBytes.firstIndex(of: 0x0A) {
            let line = String(decoding: lineBytes[..<end], as: UTF8.self)
            lineBytes.removeSubrange(0...end)
            if !line.allSatisfy(\.isWhitespace) {
                try say(line, as: .participant, composedFrom: nil)
            }
        }
        if lineBytes.count > 1 << 20 { lineBytes = [] }
    }

    // MARK: Loop

    private func screenIsCurrent() {
        if decoder.isAmbiguous {
            escapeSince = escapeSince ?? Clocks.now()
        } else {
            escapeSince = nil
        }
        if let since = escapeSince, Clocks.now() - since > 50_000_000 {
            // The Escape key itself: nothing followed.
            decoder.flush()
            escapeSince = nil
        }
    }

    private var escapeSince: Instant?

    private func waitForSomething() throws {
        if isOver { return }
        var milliseconds: Int64 = 1000
        func consider(_ due: Instant?) {
            guard let due else { return }
            milliseconds = min(milliseconds, max((due - Clocks.now() + 999_999) / 1_000_000, 0))
        }
        consider(pendingReply?.due)
        consider(hand?.due)
        consider(escapeSince.map { $0 + 51_000_000 })
        if link == nil || watch == nil { consider(nextLook) }
        if let due = link?.millisecondsUntilDue { milliseconds = min(milliseconds, Int64(due)) }
        // Lines are not read before there is a session to take them.
        let reads = readsInput && (terminal != nil || link != nil)
        let linkEvents = Int16(POLLIN) | (link?.wantsWrite == true ? Int16(POLLOUT) : 0)
        var entries = [
            pollfd(fd: signals.number, events: Int16(POLLIN), revents: 0),
            pollfd(fd: reads ? STDIN_FILENO : -1, events: Int16(POLLIN), revents: 0),
            pollfd(fd: link?.descriptor ?? -1, events: linkEvents, revents: 0),
            pollfd(fd: watch?.descriptor ?? -1, events: Int16(POLLIN), revents: 0),
        ]
        // A signal interrupts the wait; what it means stands in the pipe.
        _ = unsafe poll(&entries, 4, Int32(clamping: milliseconds))
        for signal in signals.take() {
            if signal == SIGWINCH { screen.redraw() } else { isOver = true }
        }
        if entries[1].revents != 0 { try readInput() }
        if entries[3].revents != 0 { readWatch() }
    }

    /// Delivers what is left, and removes the files once everything has arrived and the session is
    /// over.
    private func finish() throws {
        guard let link else { return }
        let arrived = try link.flush(timeoutMilliseconds: 5000)
        if !arrived {
            screen.note(
                "\(link.outbox.entries.count) events wait in \(link.outbox.path); the next start "
                    + "of the chat delivers them")
        }
    }
}
