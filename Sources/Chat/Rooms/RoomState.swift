import Link
import Timebase

/// What a room is: follows from its journal alone. A pure value.
struct RoomState: Sendable {
    /// A link that was given out.
    struct Invitation: Hashable, Sendable {
        var expiresUtcMs: Int64
        var isUsed = false
    }

    /// What a load of the page has told.
    struct Page: Sendable {
        /// The last event that was taken.
        var sequence: Int64 = 0
        /// Events that may not be in the outbox yet; those behind its last number are put in again.
        var outgoing: [RoomEntry.Outgoing] = []
        var trips: [ClockObservation] = []
        var confirmedTrips = 0
    }

    private(set) var opening: RoomEntry.Opening?
    private(set) var invitations: [String: Invitation] = [:]
    private(set) var cookies: Set<String> = []
    private(set) var pages: [String: Page] = [:]
    /// Events of the chat itself, in order.
    private(set) var outgoing: [RoomEntry.Outgoing] = []
    private(set) var chatSequence: Int64 = 0

    private(set) var turns: [RoomTurn] = []
    private(set) var pending: PendingReply?
    /// The turn up to which replies were given or dropped.
    private(set) var answeredUpTo = 0
    private(set) var persona: JSONValue?
    private(set) var budget: JSONValue?
    /// What the page shows of the client's feeling, and its course.
    private(set) var emotion: JSONValue?
    private(set) var series: [JSONValue] = []
    /// The newest set, and those since the participant's last message.
    private(set) var suggestions: SuggestionsOffer?
    private(set) var offered: [SuggestionsOffer] = []
    private(set) var insertions: [JSONValue] = []
    /// Texts that were suggested before.
    private(set) var suggestedBefore: [String] = []

    private(set) var answers: [String: [String: JSONValue]] = [:]
    private(set) var finalAnswers: Set<String> = []
    private(set) var phase: String?
    private(set) var phaseSinceNs: Int64 = 0
    private(set) var enteredPhases: [String] = []
    private(set) var chatSinceNs: Int64?
    private(set) var consent: [String: Bool] = [:]
    private(set) var wish: RoomWish?
    /// Whether resources are offered, since a cue was found.
    private(set) var offersResources = false
    /// When the first of the alarms that wait was raised, and the newest.
    private(set) var alarmedNs: Int64?
    private(set) var newestAlarmNs: Int64?
    private(set) var outcome: String?

    init() {}

    /// Participants' turns so far.
    var participantTurns: Int { turns.count { $0.author == .participant } }

    /// Turns of the participant that have no reply, in order.
    var unanswered: [RoomTurn] {
        turns.filter { $0.author == .participant && $0.number > answeredUpTo }
    }

    /// What the simulated client is told of the conversation.
    var nextTurnNumber: Int { (turns.last?.number ?? 0) + 1 }

    mutating func apply(_ entry: RoomEntry) {
        switch entry {
        case .opened(let opening): self.opening = opening
        case .invited(let hash, let expires):
            invitations[hash] = Invitation(expiresUtcMs: expires)
        case .joined(let hash, let cookie):
            invitations[hash]?.isUsed = true
            cookies.insert(cookie)
        case .revoked: invitations = invitations.filter { $0.value.isUsed }
        case .page(let event, let page):
            pages[page, default: Page()].sequence = event.sequence
            pages[page]?.outgoing.append(event)
        case .trips(let trips, let page): pages[page, default: Page()].trips += trips
        case .tripsConfirmed(let count, let page): pages[page]?.confirmedTrips = count
        case .chat(let event):
            chatSequence = event.sequence
            outgoing.append(event)
        case .turn(let turn): take(turn)
        case .reply(let reply): pending = reply
        case .replyDropped:
            pending = nil
            answeredUpTo = turns.last?.number ?? answeredUpTo
        case .persona(let state): persona = state
        case .budget(let used): budget = used
        case .suggestions(let offer):
            suggestions = offer
            offered.append(offer)
            suggestedBefore += offer.texts
        case .insertion(let insertion): insertions.append(insertion)
        case .answers(let name, let given, let isFinal):
            if case .object(let members) = given {
                answers[name, default: [:]].merge(members) { _, new in new }
            }
            if isFinal { finalAnswers.insert(name) }
        case .phase(let name, let since): enter(name, since)
        case .consent(let tier, let granted): consent[tier] = granted
        case .consentTold(let tier): consent[tier] = nil
        case .feeling(let feeling): emotion = feeling
        case .wish(let wish):
            // Who withdraws is not kept by what was asked for before or after.
            if wish.rank >= self.wish?.rank ?? 0 { self.wish = wish }
        case .wishDone: wish = nil
        case .alarmed(let time):
            alarmedNs = alarmedNs ?? time
            newestAlarmNs = time
            offersResources = true
        case .alarmSettled:
            alarmedNs = nil
            newestAlarmNs = nil
        case .ended(let outcome):
            self.outcome = outcome
            // There is nothing left to come into.
            invitations = invitations.filter { $0.value.isUsed }
        }
    }

    private mutating func take(_ turn: RoomTurn) {
        turns.append(turn)
        switch turn.author {
        case .participant:
            offered = []
            insertions = []
            suggestions = nil
        case .client:
            guard let reply = pending else { return }
            answeredUpTo = max(answeredUpTo, reply.answers)
            if let emotion = reply.emotion { self.emotion = emotion.with("turn", turn.number) }
            if let point = reply.series { series.append(point.with("number", turn.number)) }
            pending = nil
        }
    }

    private mutating func enter(_ name: String?, _ since: Int64) {
        phase = name
        phaseSinceNs = since
        if let name { enteredPhases.append(name) }
        // A questionnaire that an earlier phase asked is asked anew.
        answers = [:]
        finalAnswers = []
        // The way on is gone; who wants out still does.
        if case .advance? = wish { wish = nil }
    }

    /// Notes when the chat began, for its duration on the page.
    mutating func noteChat(since: Int64) { chatSinceNs = chatSinceNs ?? since }

    /// Forgets events that are in their outboxes for good.
    mutating func forgetOutgoing() {
        outgoing = []
        for page in pages.keys { pages[page]?.outgoing = [] }
    }
}

extension JSONValue {
    /// The object with one more member; anything else as it is.
    func with(_ key: String, _ value: Int) -> JSONValue {
        guard case .object(var members) = self else { return self }
        members[key] = .integer(Int64(value))
        return .object(members)
    }
}

extension SuggestionsOffer {
    /// The suggested texts.
    var texts: [String] { items.compactMap { $0["text"]?.string } }

    /// All items of all groups.
    var items: [JSONValue] {
        (groups.array ?? []).flatMap { $0["items"]?.array ?? [] }
    }
}
