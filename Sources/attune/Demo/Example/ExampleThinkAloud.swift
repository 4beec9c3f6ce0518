import Link
import SystemCalls
import Timebase

/// A think-aloud over the example's chat: the replay goes from cue to cue, and the microphone hears
/// something at each. What it brings is what the console brings (`Protocols/formats/think-aloud.md`).
final class ExampleThinkAloud {
    private static let stream = "microphone"
    /// Seconds that each cue is replayed for, and of sound in one block.
    private static let each = 3.0
    private static let block = 0.6

    private let commentary: SessionInfo
    private let session: SessionInfo
    private let cues: [ExampleChat.Moment]
    private let console: ExampleClient
    private let view: ExampleClient
    private let microphone: ExampleClient

    init(
        station: ExampleStation, commentary: SessionInfo, session: SessionInfo,
        moments: [ExampleChat.Moment]
    ) throws {
        self.commentary = commentary
        self.session = session
        cues = moments.filter { ["turn-1", "turn-3", "turn-4"].contains($0.id) }
        console = try ExampleClient(
            "console", title: "The example's replay", station: station, session: commentary.id)
        view = try ExampleClient(
            "view", title: "The example's page", station: station, session: commentary.id)
        microphone = try ExampleClient(
            "microphone", title: "The example's microphone", station: station,
            session: commentary.id,
            streams: [
                LinkStream(
                    name: Self.stream, kind: .audio, rateHz: Double(ExampleSound.rate),
                    clock: .counter,
                    channels: [
                        LinkChannel(
                            name: "sound", unit: "full scale", type: .i16, scale: 1 / 32768.0,
                            offset: 0)
                    ])
            ])
    }

    /// Holds it.
    /// - Returns: what is to be heard when, in words.
    func run() throws -> [TranscriptPiece] {
        guard let parentStart = session.startedNs.map(Instant.init(nanoseconds:)) else {
            throw DemoError.program("its session does not say when it started")
        }
        console.say(
            "microphone",
            [
                "view": "example", "stream": .string(Self.stream),
                "rate": .integer(Int64(ExampleSound.rate)),
                "settings": ["synthetic": true],
            ])
        move(to: parentStart, playing: false, cause: "start", at: Clocks.now())
        try console.deliver()
        let start = Clocks.now()
        let seconds = Self.each * Double(cues.count)
        let remarks = cues.indices.map {
            ExampleSound.Remark(
                from: Double($0) * Self.each + 0.2, to: Double($0 + 1) * Self.each - 0.3)
        }
        let sound = ExampleSound(remarks)
        let perBlock = Int64(Self.block * Double(ExampleSound.rate))
        var words: [TranscriptPiece] = []
        var next = 0
        for number in 0..<Int64((seconds / Self.block).rounded(.up)) {
            let first = number * perBlock
            let time = start + Int64(Double(number) * Self.block * 1e9)
            // A block can be sent once it has been heard.
            ExampleStation.wait(until: time + Int64(Self.block * 1e9))
            if next < cues.count, time - start >= Int64(Double(next) * Self.each * 1e9) - 1000 {
                let moment = start + Int64(Double(next) * Self.each * 1e9)
                words.append(use(cues[next], number: next, at: moment, remarks[next], start))
                next += 1
            }
            try microphone.send(
                sound.samples(first..<first + perBlock), first: first, at: time,
                stream: Self.stream)
        }
        let end = start + Int64(seconds * 1e9)
        let last = start + Int64(Double(cues.count - 1) * Self.each * 1e9)
        if let cue = cues.last {
            move(
                to: cue.time + -300_000_000 + (end - last), playing: false, cause: "stop", at: end)
        }
        view.say("speech", ["speaker": .null, "prompted": false], at: end)
        try console.deliver()
        try view.deliver()
        return words
    }

    /// Goes to a cue, from where the replay plays on.
    private func use(
        _ cue: ExampleChat.Moment, number: Int, at moment: Instant,
        _ remark: ExampleSound.Remark, _ start: Instant
    ) -> TranscriptPiece {
        let from = cue.time + -300_000_000
        console.say(
            "cue",
            [
                "cue": .string(cue.id), "kind": .string(cue.kind), "label": .string(cue.label),
                "origin": "the demo's example", "session_ns": .integer(cue.time.nanoseconds),
                "by": "researcher", "actor": .string(ExampleCommand.actor), "view": "example",
                "delay_ms": .integer((moment - cue.time) / 1_000_000),
            ], at: moment)
        move(to: from, playing: true, cause: "cue", at: moment)
        let spoken = start + Int64(remark.from * 1e9)
        view.say("speech", ["speaker": "participant", "prompted": true], at: spoken)
        return TranscriptPiece(
            startNs: spoken.nanoseconds, endNs: (start + Int64(remark.to * 1e9)).nanoseconds,
            speaker: "participant",
            text: "[Example, no real voice: two notes and a hum at cue \(number + 1)] "
                + "Here somebody would say what went through their mind. \(cue.label).")
    }

    private func move(to position: Instant, playing: Bool, cause: String, at time: Instant) {
        console.say(
            "position",
            [
                "session_ns": .integer(position.nanoseconds), "rate": 1,
                "playing": .bool(playing), "cause": .string(cause), "by": "researcher",
                "actor": .string(ExampleCommand.actor), "view": "example",
                "asked_ns": .integer(time.nanoseconds),
            ], at: time)
    }
}
