import Foundation
import Link
import SystemCalls
import Timebase

/// The answers of `io.attune.Link`: linked clients and what they bring.
extension Station {
    func answerLink(_ call: VarlinkCall) throws {
        switch call.method {
        case LinkInterface.Register.name: try register(call)
        case LinkInterface.SendEvents.name: try takeEvents(call)
        case LinkInterface.SendSamples.name: try takeSamples(call)
        case LinkInterface.Exchange.name:
            let received = Clocks.now()
            call.reply(
                LinkInterface.Exchange.Reply(
                    receivedNs: received.nanoseconds, sentNs: Clocks.now().nanoseconds))
        case LinkInterface.ReportClock.name: try takeClock(call)
        case LinkInterface.WatchSession.name:
            let asked = try call.parameters(of: LinkInterface.WatchSession.self)
            guard let session = session(asked.session) else {
                throw LinkRefusal.noSuchSession(asked.session)
            }
            session.watchers.append(call)
            call.reply(
                LinkInterface.WatchSession.Reply(session: session.linkSession), continues: true)
        default: try answerStudy(call)
        }
    }

    func tellWatchers(_ session: ActiveSession, isLast: Bool = false) {
        let reply = LinkInterface.WatchSession.Reply(session: session.linkSession)
        for call in session.watchers { call.reply(reply, continues: !isLast) }
        if isLast { session.watchers = [] }
    }

    func linked(_ asked: String) throws(LinkRefusal) -> ActiveSession {
        guard let session = session(asked) else { throw .noSuchSession(asked) }
        // While it stops, clients still bring what they hold.
        guard session.state == .recording || !session.clientsToHear.isEmpty else {
            throw .invalidState(session.state.rawValue, expected: ["recording"])
        }
        return session
    }

    private func register(_ call: VarlinkCall) throws {
        let asked = try call.parameters(of: LinkInterface.Register.self)
        let session = try linked(asked.session)
        let isName =
            !asked.client.isEmpty && asked.client.utf8.count <= 64
            && asked.client.utf8.allSatisfy {
                ($0 | 0x20) >= 0x61 && ($0 | 0x20) <= 0x7A || $0 >= 0x30 && $0 <= 0x39
                    || $0 == 0x2D || $0 == 0x5F
            }
        guard isName else {
            throw LinkRefusal.invalidName(
                asked.client, reason: "letters, digits, '-' and '_', at most 64")
        }
        if asked.clock == .station, let theirs = asked.bootId, theirs != boot {
            throw LinkRefusal.itemRefused(
                sequence: 0, reason: "its clock is that of another machine, or of another boot")
        }
        let client =
            session.clients[asked.client]
            ?? ActiveSession.Client(name: asked.client, title: asked.title)
        if let connection = client.connection, connection != call.connection {
            throw LinkRefusal.clientBusy(asked.client)
        }
        client.title = asked.title
        client.connection = call.connection
        client.isFocused = nil
        client.hasOwnClock = asked.clock == .own
        session.clients[asked.client] = client
        let streams = asked.streams.map(LinkedStream.init)
        if !streams.isEmpty && streams != client.streams {
            guard client.streams.isEmpty else {
                throw LinkRefusal.itemRefused(
                    sequence: 0, reason: "it was registered with other streams before")
            }
            try attach(streams, client, session)
        }
        call.reply(
            LinkInterface.Register.Reply(
                client: client.name, session: session.linkSession, acknowledged: client.durable))
    }

    private func attach(
        _ streams: [LinkedStream], _ client: ActiveSession.Client, _ session: ActiveSession
    ) throws {
        let existing = Set(board.read().sessions[session.number]?.streams.map(\.name) ?? [])
        for stream in streams where existing.contains(stream.name) || stream.name.isEmpty {
            throw LinkRefusal.invalidName(
                stream.name, reason: "the session has a stream of this name already")
        }
        if let stream = streams.first(where: { $0.silenceLimit.map { $0 < 1_000_000 } ?? false }) {
            throw LinkRefusal.itemRefused(
                sequence: 0, reason: "silence_limit_ms of '\(stream.name)' is at least 1")
        }
        if let reason = LinkedStream.audioRefusal(streams) {
            throw LinkRefusal.itemRefused(sequence: 0, reason: reason)
        }
        let source = nextSource
        nextSource += 1
        let first = session.sources.nextStream
        let ids = (0..<streams.count).map { first + Int64($0) }
        session.sources.nextStream += Int64(streams.count)
        let entry = SourceEntry(
            id: source, name: client.name, kind: .linked, profileName: "", profileText: "",
            profileOptions: StoredOptions(nil), streams: ids, linked: streams)
        try record(.attach(entry), for: session)
        session.sources.sources.append(entry)
        client.source = source
        client.streams = streams
        client.streamIDs = ids
        review(client, session)
    }

    func client(
        _ name: String, _ session: ActiveSession, _ call: VarlinkCall
    ) throws(LinkRefusal) -> ActiveSession.Client {
        guard let client = session.clients[name], client.connection == call.connection else {
            throw .notRegistered(client: name)
        }
        return client
    }

    private func takeEvents(_ call: VarlinkCall) throws {
        let asked = try call.parameters(of: LinkInterface.SendEvents.self)
        let session = try linked(asked.session)
        let client = try client(asked.client, session, call)
        try refuseUnmapped(client, session, asked.events.first?.sequence ?? 0)
        for event in asked.events.sorted(by: { $0.sequence < $1.sequence }) {
            guard event.sequence > client.taken else { continue }
            guard event.sequence == client.taken + 1 else {
                throw LinkRefusal.sequenceGap(expected: client.taken + 1)
            }
            guard case .object = event.payload else {
                throw LinkRefusal.itemRefused(
                    sequence: event.sequence, reason: "its payload is no object")
            }
            try check(event, client)
            try obey(event, client, session)
            try put(event, client, session)
            advance(client, to: event.sequence)
            if let isFocused = Self.focus(kind: event.kind, payload: event.payload) {
                client.isFocused = isFocused
                reviewInputs(session)
            }
            noticed(event, in: session)
        }
        acknowledge(client, session) { durable in
            call.reply(LinkInterface.SendEvents.Reply(acknowledged: durable))
        }
    }

    private func check(_ event: LinkEvent, _ client: ActiveSession.Client) throws(LinkRefusal) {
        if let stream = event.stream, !client.streams.contains(where: { $0.name == stream }) {
            throw .noSuchStream(stream)
        }
        if event.kind == "focus", Self.focus(kind: event.kind, payload: event.payload) == nil {
            throw .itemRefused(
                sequence: event.sequence, reason: "a focus needs focused as a boolean")
        }
        if event.kind == "consent" { try checkAnswer(event) }
        if let reason = ClientEvent.refusal(kind: event.kind, payload: event.payload) {
            throw .itemRefused(sequence: event.sequence, reason: reason)
        }
        let record = LinkEventRecord(
            sequence: event.sequence, time: Instant(nanoseconds: event.timeNs), bound: 0,
            client: client.name, kind: event.kind, payload: event.payload.text)
        if event.kind == "turn", LinkedChat.turn(record) == nil {
            throw .itemRefused(
                sequence: event.sequence, reason: "a turn needs author and text as strings")
        }
        if event.kind == "draft_edit", LinkedChat.draftEdit(record) == nil {
            throw .itemRefused(
                sequence: event.sequence,
                reason: "a draft edit needs draft, position, deleted and inserted as integers")
        }
    }

    private func takeSamples(_ call: VarlinkCall) throws {
        let asked = try call.parameters(of: LinkInterface.SendSamples.self)
        let session = try linked(asked.session)
        let client = try client(asked.client, session, call)
        try refuseUnmapped(client, session, asked.sequence)
        guard let source = client.source,
            let index = client.streams.firstIndex(where: { $0.name == asked.stream })
        else { throw LinkRefusal.noSuchStream(asked.stream) }
        let layout = client.streams[index]
        func refuse(_ reason: String) -> LinkRefusal {
            .itemRefused(sequence: asked.sequence, reason: reason)
        }
        guard let data = Data(base64Encoded: asked.data) else {
            throw refuse("its data is not base64")
        }
        let readings = asked.readings ?? []
        let isEmpty = asked.count == 0 && data.isEmpty && !readings.isEmpty
        guard
            isEmpty
                || asked.count > 0 && layout.sampleBytes > 0
                    && data.count % layout.sampleBytes == 0
                    && data.count / layout.sampleBytes == asked.count
        else {
            throw refuse(
                "\(data.count) bytes are not \(asked.count) samples of \(layout.sampleBytes) bytes")
        }
        if let stamps = asked.stampsNs, stamps.count != asked.count {
            throw refuse("\(stamps.count) stamps for \(asked.count) samples")
        }
        if layout.isAudio, asked.stampsNs != nil {
            throw refuse("samples of audio have no stamps of their own")
        }
        guard (0..<1 << 40).contains(asked.missing ?? 0) else {
            throw refuse("\(asked.missing ?? 0) samples cannot be missing")
        }
        if asked.sequence > client.taken {
            guard asked.sequence == client.taken + 1 else {
                throw LinkRefusal.sequenceGap(expected: client.taken + 1)
            }
            guard session.consent.permits(layout.data) else {
                try withhold(asked, client, session)
                return acknowledge(client, session) { durable in
                    call.reply(LinkInterface.SendSamples.Reply(acknowledged: durable))
                }
            }
            for reading in readings {
                try record(
                    .reading(
                        stream: client.streamIDs[index], deviceTime: reading.deviceNs,
                        sent: reading.sentNs.map(Instant.init(nanoseconds:)),
                        arrival: Instant(nanoseconds: reading.arrivalNs)), for: session)
            }
            try put(asked, Array(data), layout, UInt32(index), source)
            advance(client, to: asked.sequence)
        }
        acknowledge(client, session) { durable in
            call.reply(LinkInterface.SendSamples.Reply(acknowledged: durable))
        }
    }

    /// Puts samples into the ring: one record where they are regular, one a sample where each has a
    /// time of its own (the number is then that of the last, so that a half is never taken twice).
    private func put(
        _ asked: LinkInterface.SendSamples.Parameters, _ data: [UInt8], _ layout: LinkedStream,
        _ index: UInt32, _ source: UInt32
    ) throws {
        if let stamps = asked.stampsNs {
            var head = LinkSamplesRecord(
                stream: index, count: UInt32(clamping: asked.count), sequence: asked.sequence,
                last: Instant(nanoseconds: stamps.last ?? asked.firstTimeNs))
            head.note(asked)
            try put(RecordKind.linkSamples, source, head.encoded(data, stamps: stamps))
            return
        }
        let period = layout.rate.map { $0 > 0 ? 1e9 / $0 : 0 } ?? 0
        let last =
            Instant(nanoseconds: asked.firstTimeNs)
            + Int64(clamping: Double(max(0, asked.count - 1)) * period)
        var head = LinkSamplesRecord(
            stream: index, count: UInt32(clamping: asked.count), sequence: asked.sequence,
            last: last)
        head.note(asked)
        try put(RecordKind.linkSamples, source, head.encoded(data, stamps: []))
    }

    // MARK: - The ring, and acknowledgements

    func put(_ kind: UInt16, _ source: UInt32, _ bytes: [UInt8]) throws(LinkRefusal) {
        let stamp = Clocks.now()
        let fits = unsafe bytes.withUnsafeBytes {
            unsafe controlWriter.append(kind: kind, source: source, stamp: stamp, bytes: $0)
        }
        guard fits else {
            throw .storageFailed(reason: "the disk does not keep up; send it again")
        }
    }

    func advance(_ client: ActiveSession.Client, to sequence: Int64) {
        client.taken = sequence
        client.underway.append((sequence, controlRing.published))
    }

    private func acknowledge(
        _ client: ActiveSession.Client, _ session: ActiveSession,
        _ answer: @escaping (Int64) -> Void
    ) {
        guard !client.underway.isEmpty else { return answer(client.durable) }
        acknowledgements.append(
            PendingAcknowledgement(session: session.number, position: controlRing.published) {
                answer(client.durable)
            })
    }
}

extension LinkSamplesRecord {
    /// What the client knows to be missing.
    fileprivate mutating func note(_ asked: LinkInterface.SendSamples.Parameters) {
        missing = asked.missing ?? 0
        interruption =
            switch asked.interruption {
            case nil: nil
            case .counter: .counter
            case .disconnect: .disconnect
            case .overflow: .overflow
            }
    }
}

extension LinkedStream {
    /// 20 samples, as of devices whose profile does not say; at least 2 s, for a network may pause.
    private static func gapTolerance(_ rate: Double?) -> Int64 {
        guard let rate, rate > 0 else { return 2_000_000_000 }
        return max(2_000_000_000, Int64(clamping: 20e9 / rate))
    }

    /// The stream that a client declared.
    init(_ stream: LinkStream) {
        let clock: ClockKind =
            switch stream.clock {
            case .counter: .counter
            case .arrival: .arrival
            case .stamped: .stamped
            }
        self.init(
            name: stream.name, kind: stream.kind.rawValue, rate: stream.rateHz,
            clock: stream.kind == .events ? .stamped : clock,
            gapTolerance: Self.gapTolerance(stream.rateHz),
            typicalDelay: 0,
            delayUncertainty: stream.kind == .audio
                ? LinkedStream.captureUncertainty : 1_000_000,
            silenceLimit: stream.silenceLimitMs.map {
                Int64(clamping: (Double($0) * 1e6).rounded())
            },
            channels: stream.channels.map {
                Channel(
                    name: $0.name, label: $0.name, unit: $0.unit, scale: $0.scale,
                    offset: $0.offset, number: Number(rawValue: $0.type.rawValue) ?? .float64)
            })
    }
}
