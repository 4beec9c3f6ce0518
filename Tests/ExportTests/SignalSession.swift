import SessionStore
import Timebase

/// A recording with what is hard about signals: several rates, a long gap, a device's clock that began anew,
/// irregular beats, whole numbers of 64 bits, a stream without samples, names that collide and that no
/// markup holds, and all that becomes a marker.
struct SignalSession {
    static let started = Instant(nanoseconds: 7_200_000_000_123)
    static let startedRealtime: Int64 = 1_795_253_400_250_000_000
    static let secret = "nobody may know this"
    static let texts = [
        "plain", "", "👩‍👩‍👧‍👦 family 🫠", "שלום <b>עולם</b>", "مرحبا & \"بك\"", "line\nbreak\u{1}\u{7F}",
        String(repeating: "漢🫠\n\"", count: 1000), secret,
    ]

    private var batch = SessionBatch()

    static func write(_ path: String, marks: Int = 12) throws {
        let description = SessionDescription(
            identifier: "516e-a1", kind: .chat, study: "pilot", participant: "p07",
            protocolName: "talk", protocolVersion: "1", station: "Labor Süd",
            softwareVersion: "0", bootIdentifier: "b", started: started,
            startedRealtime: startedRealtime)
        let writer = try SessionWriter.create(at: path, description: description)
        var session = SignalSession()
        session.addSignals()
        session.addHappenings(marks: marks)
        session.batch.timeTriples = [
            RecordedTriple(
                triple: TimeTriple(
                    monotonic: started, boottime: 0, realtime: startedRealtime, uncertainty: 1),
                cause: "start")
        ]
        session.batch.stateChange = SessionStateChange(
            state: .stopped, at: started + 200_000_000_000, outcome: "completed")
        try writer.commit(session.batch)
        try writer.close()
    }

    /// A recording of nothing.
    static func writeEmpty(_ path: String, streams: [StreamDescription] = []) throws {
        let writer = try SessionWriter.create(
            at: path,
            description: SessionDescription(
                identifier: "e0e0-e0", kind: .chat, study: "pilot", participant: "p08",
                station: "st", softwareVersion: "0", bootIdentifier: "b", started: started,
                startedRealtime: startedRealtime), streams: streams)
        var batch = SessionBatch()
        batch.stateChange = SessionStateChange(state: .stopped, at: started + 5_000_000_000)
        try writer.commit(batch)
        try writer.close()
    }

    private mutating func addSignals() {
        let body = StreamDescription(
            id: 1, name: "Body <&> \"1\"", kind: "signal", source: "bitalino", nominalRate: 250,
            clock: .counter,
            channels: [
                ChannelDescription(
                    name: "ecg", label: "ECG, lead II", unit: "mV", scale: 0.003, offset: -1.5),
                ChannelDescription(name: "eda", label: "Skin", unit: "µS", scale: 0.0244140625),
                ChannelDescription(name: "a very long name of a channel", scale: -0.5),
                ChannelDescription(name: "a very long name of another one", scale: 2),
                ChannelDescription(name: "odd", conversion: "not-yet-known(x: 1)"),
            ])
        add(body, from: 0, count: 12_000, origin: Self.started + 40_000_000, period: 4_000_400) {
            index, channel in
            (index * Int64(7 + channel) + Int64(channel) * 31) % 1024
        }
        // The device began anew: another line, 42 seconds later.
        gap(1, after: 11_999, 48_040_799_600, 90_000_000_000, .restart)
        let anew = Self.started + 90_000_000_000
        add(body, from: 12_000, count: 12_000, origin: anew, period: 3_999_700) { index, channel in
            (index * 3 + Int64(channel)) % 1024
        }
        let wrist = StreamDescription(
            id: 2, name: "wrist", kind: "signal", nominalRate: 4,
            channels: [ChannelDescription(name: "eda", unit: "uS", storage: .real)])
        addReal(wrist, from: 0, count: 400, origin: Self.started + -3_000_000)
        gap(2, after: 399, 99_747_000_000, 129_997_000_000, .disconnect)
        addReal(wrist, from: 400, count: 240, origin: Self.started + 129_997_000_000)
        addBeats()
        add(
            StreamDescription(
                id: 4, name: "counter", kind: "signal", nominalRate: 32,
                channels: [ChannelDescription(name: "n"), ChannelDescription(name: "m")]), from: 0,
            count: 640, origin: Self.started, period: 31_250_000
        ) { index, channel in
            switch (index, channel) {
            case (10, 0): .max
            case (11, 0): .min
            case (12, 0): 1 << 53 + 1
            case (_, 0): index
            default: index * 60_000 - 8_000_000
            }
        }
        batch.streams.append(
            StreamDescription(
                id: 5, name: "empty 🫠", kind: "signal", nominalRate: 64,
                channels: [ChannelDescription(name: "ppg")]))
        add(
            StreamDescription(
                id: 6, name: "BODY 1", kind: "signal", nominalRate: 250,
                channels: [ChannelDescription(name: "eda", unit: "°C", scale: 0.1, offset: -40)]),
            from: 0, count: 100, origin: Self.started, period: 4_000_000
        ) { index, _ in index * 655 }
    }

    private mutating func addBeats() {
        let stream = StreamDescription(
            id: 3, name: "rr", kind: "signal", clock: .stamped,
            channels: [ChannelDescription(name: "rr", unit: "ms")])
        batch.streams.append(stream)
        let beats = (0..<Int64(180)).map { (beat: Int64) -> Int64 in 700 + beat * 37 % 400 }
        var time = Self.started
        let packets = beats.map { (beat: Int64) -> SamplePacket in
            time = time + beat * 1_000_000
            return SamplePacket(count: 1, arrival: time)
        }
        batch.samples.append(
            SampleRun(
                stream: 3, firstIndex: 0, count: beats.count, columns: [.integers(beats)],
                packets: packets))
    }

    private mutating func add(
        _ stream: StreamDescription, from first: Int64, count: Int, origin: Instant, period: Double,
        _ value: (Int64, Int) -> Int64
    ) {
        let columns = stream.channels.indices.map { channel in
            SampleColumn.integers((0..<Int64(count)).map { value($0, channel) })
        }
        add(stream, from: first, count: count, origin: origin, period: period, columns)
    }

    private mutating func addReal(
        _ stream: StreamDescription, from first: Int64, count: Int, origin: Instant
    ) {
        var values = (0..<count).map { row in 2 + Double(row * 7919 % 1000) * 0.0015 }
        values[17] = .nan
        add(
            stream, from: first, count: count, origin: origin, period: 250_000_000,
            [.reals(values)])
    }

    private mutating func add(
        _ stream: StreamDescription, from first: Int64, count: Int, origin: Instant, period: Double,
        _ columns: [SampleColumn]
    ) {
        if !batch.streams.contains(where: { $0.id == stream.id }) { batch.streams.append(stream) }
        batch.samples.append(
            SampleRun(
                stream: stream.id, firstIndex: first, count: count, columns: columns,
                packets: [SamplePacket(count: count, arrival: origin + 100_000_000_000)]))
        batch.clockSegments.append(
            StreamClockSegment(
                stream: stream.id,
                segment: ClockSegment(
                    firstIndex: first, lastIndex: first + Int64(count) - 1, origin: origin,
                    period: period, bound: 1_500_000 + first, method: "least-delay/1")))
    }

    private mutating func gap(
        _ stream: Int64, after index: Int64, _ start: Int64, _ end: Int64, _ cause: Gap.Cause
    ) {
        batch.gaps.append(
            StreamGap(
                stream: stream,
                gap: Gap(
                    cause: cause, afterIndex: index, start: Self.started + start,
                    end: Self.started + end, lost: 120, lostBound: .max)))
    }

    private mutating func addHappenings(marks: Int) {
        batch.streams.append(StreamDescription(id: 7, name: "keyboard", kind: "keys"))
        var time = Self.started
        for ordinal in 0..<Int64(40) {
            time = time + 130_000_000
            batch.keyPresses.append(
                KeyPress(
                    stream: 7, ordinal: ordinal, pressed: time,
                    keyClass: ordinal % 9 == 0 ? "delete" : "letter", bound: 1000))
            if ordinal % 7 != 0 {
                batch.keyReleases.append(
                    KeyRelease(
                        stream: 7, ordinal: ordinal, released: time + 200_000_001, pairing: .exact))
            }
        }
        for (number, text) in Self.texts.enumerated() {
            let sent = Self.started + Int64(number + 1) * 11_000_000_001
            batch.turns.append(
                Turn(
                    author: number % 2 == 0 ? "participant" : "client", text: text,
                    composedFrom: sent + -5_000_000_007, sent: sent, shown: sent + 60_000_003,
                    bound: 42, client: "chat", clientSequence: Int64(number)))
        }
        let kinds = ["suggestions", "emotion", "provenance", "hover", "alarm"]
        for (place, kind) in kinds.enumerated() {
            batch.events.append(
                SessionEvent(
                    time: Self.started + Int64(place) * 3_000_000_000 + 5, bound: 7, kind: kind,
                    payload: "{\"note\":\"p07 🫠 <\(kind)>\"}"))
        }
        let distance = 180_000_000_000 / Int64(max(marks, 1))
        for mark in 0..<Int64(marks) {
            batch.events.append(
                SessionEvent(
                    time: Self.started + mark * distance, kind: "mark",
                    payload: "{\"label\":\"mark \(mark)\"}"))
        }
        batch.phases = [
            PhaseChange(name: "rest", time: Self.started + 1_000),
            PhaseChange(name: "talk & write", time: Self.started + 60_000_000_000),
        ]
    }
}
