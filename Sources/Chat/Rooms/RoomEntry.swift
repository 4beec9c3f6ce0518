import Link

/// One fact about a room. What a room is follows from its facts in their order, so that a program that
/// was killed goes on exactly where it was.
///
/// A line of the journal holds the facts that belong together as a list: a line that was torn counts
/// for none of them.
enum RoomEntry: Codable, Hashable, Sendable {
    /// The room was made for a session.
    case opened(Opening)
    /// A link was given out; only the hash of its token is kept.
    case invited(tokenHash: String, expiresUtcMs: Int64)
    /// The link was used, and the browser that did holds a cookie.
    case joined(tokenHash: String, cookieHash: String)
    /// Links that nobody has used yet are void.
    case revoked
    /// What a page told goes to the session as an event of the client `page`.
    case page(Outgoing, page: String)
    /// Round trips of a page's clock.
    case trips([ClockObservation], page: String)
    /// So many of them the daemon has.
    case tripsConfirmed(Int, page: String)
    /// What the chat says goes to the session as an event of the client `chat`.
    case chat(Outgoing)
    /// A message stands in the conversation.
    case turn(RoomTurn)
    /// A reply is composed.
    case reply(PendingReply)
    /// A reply that was composed, or asked for, is not given.
    case replyDropped
    /// The simulated client's inner state.
    case persona(JSONValue)
    /// What the session's requests to the model have used up.
    case budget(JSONValue)
    case suggestions(SuggestionsOffer)
    /// A suggestion was put into the draft.
    case insertion(JSONValue)
    case answers(questionnaire: String, answers: JSONValue, final: Bool)
    /// The session went into a phase.
    case phase(String?, sinceNs: Int64)
    /// The participant's answer to a tier, until the session tells it too.
    case consent(tier: String, granted: Bool)
    /// The session tells a newer answer to a tier than the page's.
    case consentTold(tier: String)
    /// What the client feels is known before its reply is shown.
    case feeling(JSONValue)
    /// What has to be asked of the daemon, until it is done.
    case wish(RoomWish)
    case wishDone
    /// A cue was found in what the participant wrote.
    case alarmed(atNs: Int64)
    case alarmSettled
    /// The session is over.
    case ended(outcome: String)

    /// A room's beginning.
    struct Opening: Codable, Hashable, Sendable {
        var room: String
        var session: String
        /// Monotonic times compare only within one boot.
        var boot: String
        /// What the simulated client's choices follow from.
        var seed: Int
    }

    /// An event on its way to the session.
    struct Outgoing: Codable, Hashable, Sendable {
        /// Its number in its outbox.
        var sequence: Int64
        var timeNs: Int64
        var kind: String
        var payload: JSONValue
    }
}

/// What a page asks of the session's procedure.
enum RoomWish: Codable, Hashable, Sendable {
    /// The phase is done; on to the next one.
    case advance(from: String)
    case stop(reason: String?)
    case withdraw

    /// Which of two counts: a wish does not replace one of a higher rank.
    var rank: Int {
        switch self {
        case .advance: 1
        case .stop: 2
        case .withdraw: 3
        }
    }
}
