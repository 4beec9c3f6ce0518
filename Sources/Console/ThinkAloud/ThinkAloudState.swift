import Link
import Timebase

/// What all views of a think-aloud are told. A pure value, which follows from the journal's events and
/// from how the session stands.
struct ThinkAloudState: Sendable {
    /// The microphone that brought sound last.
    struct Microphone: Hashable, Sendable {
        var view: String
        var stream: String
        var rate: Int
        var samples: Int64
        /// When samples came last, CLOCK_MONOTONIC.
        var last: Instant
    }

    let look: ThinkAloudLook
    private(set) var replay: ReplayPosition
    /// Who moved the replay last.
    private(set) var by = "console"
    private(set) var cue: String?
    private(set) var shows: [String: JSONValue]
    /// Streams of microphones by page and rate, in the order in which they began.
    private(set) var streams: [(view: String, rate: Int, stream: String)] = []
    private(set) var positions = 0
    var microphone: Microphone?
    /// Whether the participant agreed that sound is recorded.
    var mayRecord = true
    var phase: String?
    var sensors: [String] = []
    /// Whether it is about to end: microphones hand over what they heard.
    var isStopping = false
    var isEnded = false

    init(_ look: ThinkAloudLook, shows: [String: JSONValue]) {
        self.look = look
        self.shows = shows
        replay = ReplayPosition(
            from: Instant(nanoseconds: 0), position: look.range.lowerBound, rate: 1,
            isPlaying: false)
    }

    /// Takes in what happened.
    mutating func take(_ event: ThinkAloudEvent) {
        let payload = event.payload
        switch event.kind {
        case "position":
            guard let session = payload["session_ns"]?.integer,
                let rate = payload["rate"]?.number, case .bool(let isPlaying)? = payload["playing"]
            else { return }
            positions += 1
            replay = ReplayPosition(
                from: Instant(nanoseconds: event.timeNs), position: look.seconds(session),
                rate: rate, isPlaying: isPlaying)
            by = payload["by"]?.string ?? by
            if payload["cause"]?.string == "seek" { cue = nil }
        case "cue": cue = payload["cue"]?.string
        case "show":
            if case .object(let shown)? = payload["shows"] { shows.merge(shown) { $1 } }
        case "microphone":
            guard let view = payload["view"]?.string, let stream = payload["stream"]?.string,
                let rate = payload["rate"]?.integer
            else { return }
            streams.append((view, Int(clamping: rate), stream))
        default: break
        }
    }

    /// The stream of a page's microphone at a rate; nil where it is new.
    func stream(of view: String, rate: Int) -> String? {
        streams.first { $0.view == view && $0.rate == rate }?.stream
    }

    /// A microphone that brought nothing for so long is silent, in nanoseconds.
    static let silence: Int64 = 2_000_000_000

    /// How the microphone stands at a moment.
    func microphoneState(at now: Instant) -> String? {
        guard let microphone else { return nil }
        if !mayRecord { return "withheld" }
        return now - microphone.last > Self.silence ? "silent" : "recording"
    }

    func json(at now: Instant) -> JSONValue {
        let told: JSONValue =
            microphone.map {
                [
                    "view": .string($0.view), "stream": .string($0.stream),
                    "rate": .integer(Int64($0.rate)), "samples": .integer($0.samples),
                    "state": .string(microphoneState(at: now) ?? "silent"),
                ]
            } ?? .null
        return [
            "commentary": .string(look.commentary), "session": .string(look.session),
            "participant": .string(look.participant),
            "position_s": .real(replay.position), "rate": .real(replay.rate),
            "playing": .bool(replay.isPlaying), "at_ns": .integer(replay.from.nanoseconds),
            "started_ns": .integer(look.commentaryStarted.nanoseconds),
            "by": .string(by), "cue": cue.map(JSONValue.string) ?? .null,
            "shows": .object(shows), "microphone": told, "may_record": .bool(mayRecord),
            "sensors": .array(sensors.map(JSONValue.string)),
            "range": [.real(look.range.lowerBound), .real(look.range.upperBound)],
            "delay_ms": look.delay.map { .integer($0 / 1_000_000) } ?? .null,
            "phase": phase.map(JSONValue.string) ?? .null, "stopping": .bool(isStopping),
            "ended": .bool(isEnded),
        ]
    }
}
