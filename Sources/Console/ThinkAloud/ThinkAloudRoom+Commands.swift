import HTTPTypes
import Link
import Timebase

/// What views ask for. The room decides and stamps it, so that there is one order for all.
extension ThinkAloudRoom {
    /// Rates that a replay may have.
    static let rates = 0.1...16.0
    /// A page that pauses says where it stood; what lies further off than this many seconds from where the
    /// replay is was not seen just now.
    private static let pausePatience = 2.0

    /// Does what a view asks for.
    /// - Parameters:
    ///   - cues: the session's cue points by their ids.
    ///   - now: when the request came, CLOCK_MONOTONIC.
    /// - Throws: `ConsoleRefusal` where it cannot be.
    func obey(
        _ command: ThinkAloudCommand, as who: ThinkAloudPerson, cues: [CuePoint], at now: Instant
    ) throws {
        guard !state.isEnded else { throw Self.over }
        let replay = state.replay
        let current = look.clamped(replay.position(at: now))
        switch command.action {
        case .play:
            let begin = try position(command) ?? current
            // At the end there is nothing left: it begins again.
            let from = begin >= look.range.upperBound ? look.range.lowerBound : begin
            try move(
                to: from, rate: try rate(command) ?? replay.rate, playing: true, cause: "play",
                by: who, asked: now)
        case .pause:
            var place = current
            if let seen = try position(command), abs(seen - current) <= Self.pausePatience {
                place = seen
            }
            try move(
                to: place, rate: replay.rate, playing: false, cause: "pause", by: who, asked: now)
        case .seek:
            guard let place = try position(command) else {
                throw ConsoleRefusal(.badRequest, "A seek needs position_s.")
            }
            try move(
                to: place, rate: replay.rate, playing: replay.isPlaying, cause: "seek", by: who,
                asked: now)
        case .rate:
            guard let rate = try rate(command) else {
                throw ConsoleRefusal(.badRequest, "A change of the rate needs rate.")
            }
            // It holds from a moment that all views can reach: the place there counts.
            let place = look.clamped(
                replay.isPlaying ? replay.position(at: now + Self.lead) : current)
            try move(
                to: place, rate: rate, playing: replay.isPlaying, cause: "rate", by: who,
                asked: now)
        case .cue: try use(command, cues, as: who, at: now)
        case .prompt, .note: try say(command, as: who, place: current, at: now)
        case .show:
            let shows = try ThinkAloudCommand.checked(shows: command.shows ?? [:])
            guard !shows.isEmpty else {
                throw ConsoleRefusal(.badRequest, "'shows' has to say what is shown, and what not.")
            }
            try record(
                "show", at: now,
                ["shows": .object(shows), "by": .string(who.by), "actor": .string(who.actor)])
            tell()
        }
    }

    static let over = ConsoleRefusal(.gone, "This think-aloud is over.")

    private func position(_ command: ThinkAloudCommand) throws -> Double? {
        guard let seconds = command.positionS else { return nil }
        guard seconds.isFinite else {
            throw ConsoleRefusal(.badRequest, "position_s has to be a number of seconds.")
        }
        return look.clamped(seconds)
    }

    private func rate(_ command: ThinkAloudCommand) throws -> Double? {
        guard let rate = command.rate else { return nil }
        guard Self.rates.contains(rate) else {
            throw ConsoleRefusal(.badRequest, "The rate has to be from 0.1 to 16.")
        }
        return rate
    }

    /// Goes to a cue point, and writes down that it was used.
    private func use(
        _ command: ThinkAloudCommand, _ cues: [CuePoint], as who: ThinkAloudPerson,
        at now: Instant
    ) throws {
        guard let name = command.cue, let cue = cues.first(where: { $0.id == name }) else {
            throw ConsoleRefusal.missing("cue point")
        }
        try record(
            "cue", at: now,
            payload(
                who,
                [
                    "cue": .string(cue.id), "kind": .string(cue.kind),
                    "label": .string(cue.label), "origin": .string(cue.origin),
                    "session_ns": .integer(look.nanoseconds(cue.time)),
                    "delay_ms": look.delayMs(at: now).map(JSONValue.integer) ?? .null,
                ]))
        try move(
            to: cue.from, rate: state.replay.rate, playing: state.replay.isPlaying, cause: "cue",
            by: who, asked: now)
    }

    private func say(
        _ command: ThinkAloudCommand, as who: ThinkAloudPerson, place: Double, at now: Instant
    ) throws {
        let text = command.text ?? ""
        guard !text.allSatisfy(\.isWhitespace), text.utf8.count <= 8192 else {
            throw ConsoleRefusal(.badRequest, "This needs a text of at most 8 kB.")
        }
        // A note belongs to the moment of its first keystroke, and to what stood on the screen then.
        var time = now
        var seen = place
        if let begun = command.atNs.flatMap({ Int64(exactly: $0.rounded()) }).map(
            Instant.init(nanoseconds:)), begun <= now, now - begun < Self.longestNote
        {
            time = max(begun, look.commentaryStarted)
            seen = try position(command) ?? place
        }
        try record(
            command.action.rawValue, at: time,
            payload(
                who,
                ["text": .string(text), "session_ns": .integer(look.nanoseconds(seen))]))
    }

    /// Who takes longer to write something down has begun anew, in nanoseconds: half an hour.
    private static let longestNote: Int64 = 1_800_000_000_000

    private func payload(
        _ who: ThinkAloudPerson, _ members: [String: JSONValue]
    ) -> JSONValue {
        var members = members
        members["by"] = .string(who.by)
        members["actor"] = .string(who.actor)
        members["view"] = who.view.map(JSONValue.string) ?? .null
        return .object(members)
    }
}
