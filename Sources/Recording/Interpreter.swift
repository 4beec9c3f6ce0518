import DeviceProfiles
import LinuxDevices
import Ring
import SessionStore
import Timebase

/// Turns ring records into samples, keystrokes, events and gaps of the sessions they belong to.
///
/// The same code runs in the sequencer and, after a crash, over what the rings still hold.
/// Confined to one thread.
final class Interpreter {
    private(set) var sources: [UInt32: SourceState] = [:]
    private(set) var sessions: [UInt32: SessionRecorder] = [:]
    /// Sessions whose live pieces somebody wants, and the pieces.
    var followed: Set<UInt32> = []
    var live: [LiveFeed.Item] = []

    func add(_ source: SourceState) { sources[source.id] = source }

    func remove(source id: UInt32) { sources.removeValue(forKey: id) }

    func add(_ session: SessionRecorder) { sessions[session.number] = session }

    func remove(session number: UInt32) {
        sessions.removeValue(forKey: number)
        for source in sources.values where source.session?.number == number {
            source.session = nil
            source.streams = []
            source.isWithheld = false
        }
    }

    /// Lets a source record for a session from now on.
    /// - Parameter isWithheld: nothing of it is read for want of consent; what still comes until the
    ///   reader has closed it is passed over.
    func assign(
        _ source: SourceState, to session: SessionRecorder, streams: [Int64],
        isWithheld: Bool = false
    ) {
        source.isWithheld = isWithheld
        source.pausedSince = nil
        source.session = session
        source.streams = streams
        source.isDirty = true
        source.keys = KeyTracker()
        source.interruption = nil
    }

    // MARK: - Acquisition ring

    /// Takes a record of the acquisition thread.
    func takeAcquired(_ record: RingRecord) {
        if record.kind == RecordKind.slept { return takeSleep(record) }
        guard let source = sources[record.source] else { return }
        if let session = source.session, record.position < session.positions.acquisition { return }
        if source.isWithheld && record.kind != RecordKind.paused { return }
        switch record.kind {
        case RecordKind.bytes: unsafe decode(record.bytes, source, record.stamp)
        case RecordKind.packet: unsafe decode(packet: record.bytes, source, record.stamp)
        case RecordKind.settings:
            unsafe source.decoder?.configure(Array(record.bytes))
            source.isDirty = true
        case RecordKind.input: unsafe input(record.bytes, source)
        case RecordKind.opened:
            let beginning = unsafe record.bytes.first.flatMap { DeviceBeginning(rawValue: $0) }
            opened(source, beginning ?? .resumed, record.stamp)
        case RecordKind.ended: ended(source, record.stamp)
        case RecordKind.paused: paused(source, at: record.stamp)
        case RingRecord.overflowKind: overflowed(source, record)
        default: break
        }
    }

    private func decode(_ bytes: UnsafeRawBufferPointer, _ source: SourceState, _ stamp: Instant) {
        source.output.removeAll(keepingCapacity: true)
        unsafe source.decoder?.decode(bytes, into: &source.output)
        source.isDirty = true
        deliver(source, stamp)
    }

    private func decode(
        packet: UnsafeRawBufferPointer, _ source: SourceState, _ stamp: Instant
    ) {
        guard let characteristic = unsafe packet.first else { return }
        source.output.removeAll(keepingCapacity: true)
        unsafe source.decoder?.decode(
            packet: UnsafeRawBufferPointer(rebasing: packet.dropFirst()),
            from: Int(characteristic), into: &source.output)
        source.isDirty = true
        deliver(source, stamp)
    }

    /// Hands a source's decoded samples to its session.
    private func deliver(_ source: SourceState, _ stamp: Instant) {
        for index in source.output.streams.indices {
            let count = source.output.streams[index].count
            guard count > 0 else { continue }
            source.health.note(Int64(count), of: index, at: stamp)
            source.health.lastSample = stamp
            guard let session = source.session, index < source.streams.count,
                let stream = session.streams[source.streams[index]]
            else { continue }
            let first = stream.samples
            if let time = source.output.streams[index].deviceTimes.last,
                stream.isObservationDue(
                    at: stamp, hasBreak: !source.output.streams[index].breaks.isEmpty)
            {
                // The last one of a packet is enough: what lies between is the device's own rate.
                session.observe(
                    ClockObservation(
                        stream: stream.id, index: first + Int64(time.offset),
                        deviceTime: time.nanoseconds, arrival: stamp))
            }
            if source.output.streams[index].ages.count == count {
                takeAged(source.output.streams[index], stream, stamp)
            } else {
                stream.take(
                    source.output.streams[index].columns, count: count, arrival: stamp,
                    breaks: source.output.streams[index].breaks)
            }
            if followed.contains(session.number) {
                publish(
                    stream, session, first, source.output.streams[index].columns, count, stamp,
                    read: stamp)
            }
        }
        for fault in source.output.faults {
            source.health.faults += 1
            switch fault.cause {
            case .leadsOff: source.health.leadsOff = stamp
            case .noContact: source.health.noContact = stamp
            default: break
            }
            guard let session = source.session else { continue }
            let index = fault.stream ?? 0
            guard index < source.streams.count else { continue }
            session.fault(source.streams[index], fault.cause.rawValue)
        }
    }

    /// Takes samples that lie behind one another before their packet's arrival, each with a time of
    /// its own.
    private func takeAged(_ output: DecodedStream, _ stream: StreamRecorder, _ stamp: Instant) {
        // Packets wait for their turn on the air, and intervals chained back from a late one may reach
        // behind what came before; a stream's times never go back.
        let earliest = Instant(nanoseconds: .min)
        for offset in 0..<output.count {
            let columns: [SampleColumn] = output.columns.map {
                switch $0 {
                case .integers(let values): .integers([values[offset]])
                case .reals(let values): .reals([values[offset]])
                }
            }
            stream.take(
                columns, count: 1,
                arrival: max(stamp + -output.ages[offset], stream.lastArrival ?? earliest),
                breaks: output.breaks.filter { $0.beforeOffset == offset }.map {
                    $0.moved(by: -offset)
                })
        }
    }

    private func opened(
        _ source: SourceState, _ beginning: DeviceBeginning, _ stamp: Instant
    ) {
        source.health.isOpen = true
        source.isDirty = true
        if source.mayBeKept {
            source.mayBeKept = false
            if beginning == .kept {
                if let session = source.session { waited(source, session, at: stamp) }
                return
            }
            if let session = source.session { wasNotRead(source, session, until: stamp) }
        }
        source.keys.forgetHeld()
        source.keys.begin(at: stamp)
        if beginning == .fresh {
            // The device counts anew: neither half a frame nor its old number means anything.
            source.restartDecoder()
            interrupt(
                source, source.interruption == .pause ? .pause : .disconnect, keepsPosition: false)
        }
        guard let cause = source.interruption else { return }
        source.interruption = nil
        guard let session = source.session else { return }
        switch source.content {
        case .keyboard, .pointer:
            guard let keys = source.streams.first else { return }
            gapInKeys(source, session, keys, cause, until: stamp, lost: 0)
        case .device: beganLate(source, session, at: stamp)
        case .linked: break
        }
    }

    private func ended(_ source: SourceState, _ stamp: Instant) {
        source.mayBeKept = false
        breakOff(source, stamp)
        source.health.isOpen = false
        source.keys.forgetHeld()
        source.isDirty = true
        interrupt(source, .disconnect, keepsPosition: false)
        switch source.content {
        case .keyboard, .pointer: source.interruption = source.interruption ?? .disconnect
        case .device, .linked: break
        }
    }

    func finishDecoding(_ source: SourceState, _ stamp: Instant) {
        source.output.removeAll(keepingCapacity: true)
        source.decoder?.finish(into: &source.output)
        deliver(source, stamp)
    }

    /// Bytes are missing behind this place: what is complete before it is delivered, the rest is given up.
    /// - Parameter lost: how many are missing; nil where nobody counted them.
    func breakOff(_ source: SourceState, _ stamp: Instant, lost: Int64? = nil) {
        finishDecoding(source, stamp)
        source.decoder?.interrupt(lost: lost)
    }

    /// Tells all streams of a source that something may be missing here.
    func interrupt(_ source: SourceState, _ cause: Gap.Cause, keepsPosition: Bool) {
        guard let session = source.session else { return }
        for id in source.streams {
            guard let stream = session.streams[id], !stream.description.channels.isEmpty else {
                continue
            }
            stream.interrupt(cause, keepsPosition: keepsPosition)
        }
    }

    // MARK: - Control ring

    /// Takes a record of the control thread.
    func takeControl(_ record: RingRecord) {
        if record.kind == RecordKind.linkSamples { return takeLinkSamples(record) }
        guard let session = sessions[record.source],
            record.position >= session.positions.control
        else { return }
        switch record.kind {
        case RecordKind.linkWithheld:
            guard let event = unsafe LinkEventRecord(record.bytes) else { return }
            session.withhold(event)
        case RecordKind.linkEvent:
            guard let event = unsafe LinkEventRecord(record.bytes) else { return }
            guard let taken = session.take(event, arrival: record.stamp) else { return }
            audit(taken, session, arrival: record.stamp)
            if followed.contains(session.number) {
                publish(taken, session, read: record.stamp)
            }
        case RecordKind.control:
            let bytes = unsafe Array(record.bytes)
            guard let message = ControlRecord.decoded(bytes) else { return }
            take(message, session, record.stamp)
        default: break
        }
    }

    private func take(
        _ message: ControlRecord, _ session: SessionRecorder, _ stamp: Instant
    ) {
        switch message {
        case .phase(let name, let time):
            session.phase(name, at: time)
            if let name, followed.contains(session.number) {
                live.append(
                    LiveFeed.Item(
                        session: session.number, stream: "", time: time, bound: 0, channels: [],
                        content: .event(
                            JSONText.object([
                                ("kind", JSONText.string("phase")),
                                ("payload", JSONText.object([("phase", JSONText.string(name))])),
                            ])), arrival: stamp))
            }
        case .mark(let label, let detail, let time, let actor, let bound):
            let event = SessionEvent(
                time: time, bound: bound ?? 0, kind: "mark",
                payload: JSONText.object([
                    ("label", JSONText.string(label)), ("actor", JSONText.string(actor)),
                    ("detail", detail),
                ]))
            session.take(event)
            if followed.contains(session.number) {
                live.append(
                    LiveFeed.Item(
                        session: session.number, stream: "", time: time, bound: bound ?? 0,
                        channels: [], content: .event(event.payload), arrival: stamp))
            }
        case .event(let kind, let payload, let time):
            session.take(SessionEvent(time: time, kind: kind, payload: payload))
            if followed.contains(session.number) {
                live.append(
                    LiveFeed.Item(
                        session: session.number, stream: "", time: time, bound: 0, channels: [],
                        content: .event(
                            JSONText.object([
                                ("kind", JSONText.string(kind)), ("payload", payload),
                            ])), arrival: stamp))
            }
        case .audit(let action, let detail, let time, let realtime, let actor):
            session.audit(
                AuditEntry(
                    time: time, realtime: realtime, actor: actor, action: action, detail: detail))
        case .attach(let entry):
            session.attach(entry)
            let source =
                sources[entry.id]
                ?? SourceState(id: entry.id, name: entry.name, content: .linked(entry.linked))
            add(source)
            source.session = session
            source.streams = entry.streams
        case .clientClock(let client, let stream, let name):
            session.beginClock(of: client, stream: stream, name: name)
        case .clock(let client, let deviceTime, let sent, let arrival, let clientReceived):
            // Two readings a round trip: the client's clock when it asked and when it got the
            // answer, each beside the station's at the other end.
            session.observe(
                ClockObservation(client: client, deviceTime: deviceTime, sent: nil, arrival: sent))
            session.observe(
                ClockObservation(
                    client: client, deviceTime: clientReceived, sent: arrival, arrival: arrival))
            session.add(
                RoundTrip(
                    clientSent: deviceTime, received: sent, sent: arrival,
                    clientReceived: clientReceived), of: client)
        case .reading(let stream, let deviceTime, let sent, let arrival):
            let client = session.streams[stream]?.description.source ?? ""
            func mapped(_ time: Instant) -> Instant {
                session.moment(time, of: client, arrival: stamp).time
            }
            session.observe(
                ClockObservation(
                    stream: stream, deviceTime: deviceTime, sent: sent.map(mapped),
                    arrival: mapped(arrival)))
        case .withhold(let source, let isWithheld):
            withhold(source, isWithheld, session, at: stamp)
        case .stop(let acquisition, let state, let outcome, let reason, let time):
            session.beginStop(
                SessionStateChange(
                    state: SessionState(rawValue: state) ?? .stopped, at: time, outcome: outcome,
                    reason: reason), acquisition: acquisition)
        }
    }
}
