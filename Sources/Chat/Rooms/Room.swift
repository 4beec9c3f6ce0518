import Link
import Logging
import SimulatedClient
import StudyProtocol
import SystemCalls
import Timebase
import Web

/// The room of one session: its conversation and everything around it, as the participant's page shows
/// it.
///
/// What happens is written to the journal first, as facts; the state follows from them, and so do the
/// events on their way to the session. So a process that is killed at any moment loses nothing and
/// says nothing twice.
actor Room {
    /// A random name; part of the page's address.
    nonisolated let name: String
    nonisolated let session: String
    nonisolated let places: RoomPlaces

    let surroundings: RoomSurroundings
    private let journal: RoomJournal
    private(set) var state = RoomState()
    /// The session as the daemon last told it.
    var link: LinkSession
    var plan: RoomPlan
    var speakers: RoomSpeakers?
    /// Why there is no conversation, in words for the operator.
    var speakersProblem: String?

    // What passes with the process.
    var isTyping = false
    /// A reply that is painted bit by bit.
    var painting: RoomTurn?
    var conversing: Task<Void, Never>?
    /// A model thinks of suggestions, beside the conversation.
    var suggesting: Task<Void, Never>?
    /// When the reply that is painted began to stand on the page.
    var paintingSince: Instant?
    /// What watches over the participant's words; nil until it is read.
    var guardian: SafetyRules?
    var timer: (due: Instant, task: Task<Void, Never>)?
    var isWishing = false
    var pausedSince: Instant?
    var pausedNanoseconds: Int64 = 0
    var isPausing = false
    /// After a start, until it is known whether an alarm of before still waits.
    var isRecalling = false
    var hasFittedModel: String?
    var isDaemonAway = false
    /// The page that has the keyboard.
    var focusedPage: String?
    var hasOpened = false
    /// Why the session is to pause: the model failed, and the protocol wants it so.
    var modelPause: String?
    var hasStarted = false
    /// Alarms for which the session was paused, by when they were raised.
    var pausedAlarmNs: Int64?
    var lateAlarmNs: Int64?
    /// How the session ends, where the page asked for it.
    var endingAs: String?
    var isAskingOutcome = false
    /// Who waits until everything is stored.
    var drained: [CheckedContinuation<Bool, Never>] = []
    private var followers: [Int: Subscriber] = [:]
    private var nextFollower = 0
    private var limit = RateLimit(perSecond: 30, burst: 150)
    private var clockLimit = RateLimit(perSecond: 30, burst: 200)
    private var revision = 1
    private var shown: JSONValue = .null
    private(set) var endedAt: Instant?

    /// Opens a session's room, as its journal says, or makes one.
    init(
        link: LinkSession, plan: RoomPlan, places: RoomPlaces, surroundings: RoomSurroundings
    ) throws(ChatError) {
        self.link = link
        self.plan = plan
        self.places = places
        self.surroundings = surroundings
        session = link.id
        let (journal, lines) = try RoomJournal.open(places.journal)
        self.journal = journal
        var state = RoomState()
        for entry in lines.joined() { state.apply(entry) }
        if state.opening == nil {
            let entry = RoomEntry.opened(
                RoomEntry.Opening(
                    room: Secret.name(), session: link.id, boot: Clocks.bootIdentifier(),
                    seed: Int.random(in: 1...1_000_000)))
            try journal.append([entry], durably: true)
            state.apply(entry)
        }
        self.state = state
        name = state.opening?.room ?? ""
        if state.outcome != nil { endedAt = Clocks.now() }
    }

    /// Opens the links and goes on with what was under way. Once, right after it was made.
    func begin() {
        let links = surroundings.links
        links.listen(session) { [weak self] news in
            guard let room = self else { return }
            Task { await room.take(news) }
        }
        for (page, known) in state.pages {
            links.order(
                .restore(
                    RoomLinkName(session: session, page: page), known.trips,
                    confirmed: known.confirmedTrips))
        }
        links.order(.follow(places))
        for (page, known) in state.pages where !known.outgoing.isEmpty {
            let name = RoomLinkName(session: session, page: page)
            links.order(.events(name, known.outgoing, isUrgent: true))
        }
        if !state.outgoing.isEmpty {
            let name = RoomLinkName(session: session)
            links.order(.events(name, state.outgoing, isUrgent: true))
        }
        state.forgetOutgoing()
        prepareSpeakers()
        if state.alarmedNs != nil { recallAlarm() }
        take(.session(link))
        shown = snapshotWithoutTime()
        goOn()
    }

    // MARK: Facts

    /// Writes facts down, makes them count, and hands on what they say.
    func commit(_ entries: [RoomEntry], durably: Bool = false) throws(ChatError) {
        guard !entries.isEmpty else { return }
        try journal.append(entries, durably: durably)
        for entry in entries { state.apply(entry) }
        hand(entries, isUrgent: durably)
        publish()
    }

    /// As `commit`, where nobody could do anything about a failure but look at the log.
    func note(_ entries: [RoomEntry], durably: Bool = false) {
        do throws(ChatError) {
            try commit(entries, durably: durably)
        } catch {
            surroundings.log.error("\(error)")
        }
    }

    private func hand(_ entries: [RoomEntry], isUrgent: Bool) {
        let links = surroundings.links
        var ofChat: [RoomEntry.Outgoing] = []
        var ofPages: [String: [RoomEntry.Outgoing]] = [:]
        for entry in entries {
            switch entry {
            case .chat(let event): ofChat.append(event)
            case .page(let event, let page): ofPages[page, default: []].append(event)
            case .trips(let trips, let page):
                links.order(.trips(RoomLinkName(session: session, page: page), trips))
            default: break
            }
        }
        for (page, events) in ofPages {
            let name = RoomLinkName(session: session, page: page)
            links.order(.events(name, events, isUrgent: isUrgent))
        }
        if !ofChat.isEmpty {
            links.order(.events(RoomLinkName(session: session), ofChat, isUrgent: true))
        }
        state.forgetOutgoing()
    }

    /// An event of the chat's own; numbered as it is put into a list of facts.
    func event(
        _ kind: String, _ payload: JSONValue, at time: Instant = Clocks.now(),
        after entries: [RoomEntry] = []
    ) -> RoomEntry {
        let before = entries.count { if case .chat = $0 { true } else { false } }
        return .chat(
            RoomEntry.Outgoing(
                sequence: state.chatSequence + 1 + Int64(before), timeNs: time.nanoseconds,
                kind: kind, payload: payload))
    }

    /// The program ends: pages are let go of, and what is known stays on disk.
    func leave() {
        conversing?.cancel()
        timer?.task.cancel()
        for follower in followers.values { follower.finish() }
        followers = [:]
    }

    /// The room is over: nothing of it is kept on this disk that the session has.
    func close() {
        conversing?.cancel()
        timer?.task.cancel()
        for follower in followers.values { follower.end() }
        followers = [:]
        surroundings.links.listen(session, nil)
        surroundings.links.order(.forget(session: session, removing: false))
    }

    /// Removes what this room wrote down; it goes on without it until it is closed.
    func removeJournal() { journal.remove() }

    func noteEnd() { endedAt = endedAt ?? Clocks.now() }

    /// Notes when the conversation began; not a fact of its own, since the phases tell it.
    func noteChat(since: Int64) { state.noteChat(since: since) }

    // MARK: Who may come in

    /// Makes a token that lets one browser in.
    /// - Parameter actor: who wants it, for the session's audit trail.
    func invite(
        validSeconds: Int64, by actor: String
    ) throws(ChatError) -> (token: String, expiresUtcMs: Int64) {
        let token = Secret.make()
        let expires = Clocks.realtime() / 1_000_000 + validSeconds * 1000
        try commit(
            [
                .invited(tokenHash: Secret.hash(token), expiresUtcMs: expires),
                event(
                    "invitation",
                    [
                        "action": "made", "actor": .string(actor),
                        "expires_utc_ms": .integer(expires),
                    ]),
            ], durably: true)
        return (token, expires)
    }

    /// Whether a token is one of this room's, used or not.
    func knows(tokenHash: String) -> Bool { state.invitations[tokenHash] != nil }

    /// Whether a token lets somebody in now.
    func isOpen(tokenHash: String) -> Bool {
        guard let invitation = state.invitations[tokenHash] else { return false }
        return !invitation.isUsed && invitation.expiresUtcMs > Clocks.realtime() / 1_000_000
    }

    /// Uses a token up.
    /// - Returns: the secret of the browser's cookie; nil where the token is used, or too old.
    func join(tokenHash: String) throws(ChatError) -> String? {
        guard let invitation = state.invitations[tokenHash], !invitation.isUsed,
            invitation.expiresUtcMs > Clocks.realtime() / 1_000_000
        else { return nil }
        let cookie = Secret.make()
        try commit(
            [.joined(tokenHash: tokenHash, cookieHash: Secret.hash(cookie))], durably: true)
        return cookie
    }

    func revokeInvitations(by actor: String) throws(ChatError) -> Int {
        let count = openInvitations
        guard count > 0 else { return 0 }
        try commit(
            [
                .revoked,
                event(
                    "invitation",
                    [
                        "action": "revoked", "actor": .string(actor),
                        "count": .integer(Int64(count)),
                    ]),
            ], durably: true)
        return count
    }

    func admits(cookie: String) -> Bool { state.cookies.contains(Secret.hash(cookie)) }

    private var openInvitations: Int {
        let now = Clocks.realtime() / 1_000_000
        return state.invitations.values.count { !$0.isUsed && $0.expiresUtcMs > now }
    }

    /// What the chat's own socket tells of it.
    var summary: ChatInterface.Room {
        ChatInterface.Room(
            session: session, study: link.study, participant: link.participant,
            phase: link.phase, joined: !state.cookies.isEmpty, pages: followers.count,
            openInvitations: openInvitations, turns: state.turns.count, paused: link.paused,
            ended: state.outcome != nil)
    }

    // MARK: Followers

    /// Follows the room, from the state as it is now.
    func follow(
        close: @escaping @Sendable () -> Void
    ) -> (number: Int, subscriber: Subscriber, revision: Int, snapshot: String) {
        // A participant has one page, perhaps two; more are pages that were left behind.
        while followers.count >= 8, let oldest = followers.keys.min() { unfollow(oldest) }
        let subscriber = Subscriber(close: close)
        nextFollower += 1
        followers[nextFollower] = subscriber
        startWhenJoined()
        return (nextFollower, subscriber, revision, snapshot().text)
    }

    func unfollow(_ number: Int) { followers.removeValue(forKey: number)?.end() }

    /// Shows every page that the connection lives, and lets go of those that read nothing.
    func beat() {
        for (number, follower) in followers {
            if follower.isStuck { unfollow(number) } else { follower.send(.beat) }
        }
        // A page that is gone without a word has no focus either.
        if followers.isEmpty, focusedPage != nil, !isOver {
            focusedPage = nil
            note([event("focus", ["focused": false])])
        }
    }

    /// Tells pages what changed.
    func publish() {
        let now = snapshotWithoutTime()
        guard let patch = MergePatch.between(shown, now) else { return }
        let phaseChanged = shown["phase"] != now["phase"]
        shown = now
        revision += 1
        guard !followers.isEmpty else { return }
        let text = withTime(patch, phaseChanged: phaseChanged).text
        for follower in followers.values {
            follower.send(.patch(revision: revision, text: text))
        }
    }

    /// The whole state, with its revision.
    func current() -> (revision: Int, snapshot: String) { (revision, snapshot().text) }

    var currentRevision: Int { revision }

    /// Whether one more request may be served now.
    func mayServe(clock: Bool = false) -> Bool {
        clock ? clockLimit.take(at: Clocks.now()) : limit.take(at: Clocks.now())
    }
}
