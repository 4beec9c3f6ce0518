import Foundation
import Link
import Ring
import SessionStore
import SystemCalls
import Timebase

/// The answers of `io.attune.Control`.
extension Station {
    /// Answers a call now, or keeps it.
    func answer(_ call: VarlinkCall) throws {
        switch call.method {
        case ControlInterface.GetStatus.name:
            call.reply(ControlInterface.GetStatus.Reply(status: status()))
        case ControlInterface.ListDevices.name:
            call.reply(
                ControlInterface.ListDevices.Reply(
                    devices: deviceInformation() + unboundDevices()))
        case ControlInterface.ListSessions.name:
            let asked = try call.parameters(of: ControlInterface.ListSessions.self)
            call.reply(
                ControlInterface.ListSessions.Reply(sessions: try listSessions(asked.study)))
        case ControlInterface.GetSession.name: try getSession(call)
        case ControlInterface.GetProcedure.name: try getProcedure(call)
        case ControlInterface.StartSession.name: try startSession(call)
        case ControlInterface.StartPhase.name: try startPhase(call)
        case ControlInterface.CheckFitting.name: try checkFitting(call)
        case ControlInterface.NoteFitting.name: try noteFitting(call)
        case ControlInterface.PauseSession.name: try pauseSession(call)
        case ControlInterface.ResumeSession.name: try resumeSession(call)
        case ControlInterface.SendMessage.name: try sendMessage(call)
        case ControlInterface.AcknowledgeAlarm.name: try acknowledgeAlarm(call)
        case ControlInterface.Mark.name: try mark(call)
        case ControlInterface.StopSession.name: try stopSession(call)
        case ControlInterface.Align.name: try align(call)
        case ControlInterface.CorrectEmotion.name: try correctEmotion(call)
        case ControlInterface.GetClock.name:
            let triple = Clocks.triple()
            call.reply(
                ControlInterface.GetClock.Reply(
                    clock: ClockReading(
                        monotonicNs: triple.monotonic.nanoseconds, boottimeNs: triple.boottime,
                        realtimeUtcNs: triple.realtime, uncertaintyNs: triple.uncertainty)))
        case ControlInterface.Subscribe.name: try subscribe(call)
        default: try answerLink(call)
        }
    }

    /// The recording session that a caller means: an id, a prefix that only one has, or nothing
    /// for the only one.
    func session(_ asked: String) -> ActiveSession? {
        let found = sessions.values.filter { asked.isEmpty || $0.identifier.hasPrefix(asked) }
        if let exact = found.first(where: { $0.identifier == asked }) { return exact }
        return found.count == 1 ? found[0] : nil
    }

    func recording(_ asked: String) throws(ControlError) -> ActiveSession {
        guard let session = session(asked) else {
            if !asked.isEmpty, let stored = try? stored(asked) {
                throw .invalidState(stored.state.rawValue, expected: ["recording"])
            }
            throw .noSuchSession(asked)
        }
        guard session.state == .recording else {
            throw .invalidState(session.state.rawValue, expected: ["recording"])
        }
        return session
    }

    private func startSession(_ call: VarlinkCall) throws {
        let asked = try call.parameters(of: ControlInterface.StartSession.self)
        guard let kind = SessionKind(rawValue: asked.kind ?? "chat") else {
            throw VarlinkError.invalidParameter(
                "kind",
                reason: "one of " + SessionKind.allCases.map(\.rawValue).joined(separator: ", "))
        }
        let session = try start(
            study: asked.study, participant: asked.participant, protocolName: asked.protocol,
            kind: kind, isPilot: asked.pilot ?? false, parent: asked.parent,
            devices: asked.devices, actor: call.actor)
        call.reply(ControlInterface.StartSession.Reply(session: information(session)))
    }

    private func mark(_ call: VarlinkCall) throws {
        // The moment is that of the call, whatever the disk does afterwards.
        let now = Clocks.now()
        let asked = try call.parameters(of: ControlInterface.Mark.self)
        let session = try recording(asked.session)
        let moment = try moment(of: asked, session, now: now)
        try record(
            .mark(
                label: asked.label, detail: asked.detail?.text ?? "null", time: moment,
                actor: call.actor, bound: asked.timeNs == nil ? nil : asked.boundNs ?? 0),
            for: session)
        try audit("mark", [("t_ns", "\(moment.nanoseconds)")], of: session, actor: call.actor)
        sendMarks(asked.label, at: moment, of: session)
        whenDurable(session) { [weak self] in
            guard let self else { return }
            call.reply(
                ControlInterface.Mark.Reply(
                    session: self.information(session), timeNs: moment.nanoseconds))
        }
    }

    /// The moment that a mark is put on: that of the call, or the earlier one that was given.
    private func moment(
        of asked: ControlInterface.Mark.Parameters, _ session: ActiveSession, now: Instant
    ) throws -> Instant {
        let bound = asked.boundNs ?? 0
        guard (0...Self.largestMarkBound).contains(bound) else {
            throw VarlinkError.invalidParameter("bound_ns", reason: "0 to one minute")
        }
        guard let given = asked.timeNs else { return now }
        let started = session.description.started
        guard given >= started.nanoseconds - bound,
            given <= now.nanoseconds + bound + 1_000_000_000
        else {
            throw VarlinkError.invalidParameter(
                "time_ns", reason: "between the session's start and now, on the station's clock")
        }
        // What the bound allows is no moment of the session yet, or still to come.
        return min(max(Instant(nanoseconds: given), started), now)
    }

    private static let largestMarkBound: Int64 = 60_000_000_000

    private func stopSession(_ call: VarlinkCall) throws {
        let asked = try call.parameters(of: ControlInterface.StopSession.self)
        let outcomes = ["completed", "aborted", "withdrawn", "failed"]
        let outcome = asked.outcome ?? "completed"
        guard outcomes.contains(outcome) else {
            throw VarlinkError.invalidParameter(
                "outcome", reason: "one of " + outcomes.joined(separator: ", "))
        }
        guard outcome == "completed" || asked.reason?.isBlank == false else {
            throw VarlinkError.invalidParameter(
                "reason", reason: "an outcome of \(outcome) needs one")
        }
        let session = try recording(asked.session)
        let triple = Clocks.triple()
        try record(
            .audit(
                action: "session stop",
                detail: JSONText.object([
                    ("outcome", JSONText.string(outcome)),
                    ("reason", JSONText.string(asked.reason ?? "")),
                ]), time: triple.monotonic, realtime: triple.realtime, actor: call.actor),
            for: session)
        session.stopCalls.append(call)
        stop(session, outcome: outcome, reason: asked.reason, actor: call.actor)
    }

    private func getSession(_ call: VarlinkCall) throws {
        let asked = try call.parameters(of: ControlInterface.GetSession.self)
        if let session = session(asked.session) {
            call.reply(
                ControlInterface.GetSession.Reply(
                    session: information(session), streams: streamInformation(session)))
            return
        }
        let (information, streams) = try storedSession(asked.session)
        call.reply(ControlInterface.GetSession.Reply(session: information, streams: streams))
    }

    private func subscribe(_ call: VarlinkCall) throws {
        let asked = try call.parameters(of: ControlInterface.Subscribe.self)
        let session = try recording(asked.session)
        let known = Set(board.read().sessions[session.number]?.streams.map(\.name) ?? [])
        for stream in asked.streams ?? [] where !known.contains(stream) && !known.isEmpty {
            throw ControlError.noSuchStream(stream)
        }
        subscriptions.append(
            Subscription(
                call: call, session: session.number, streams: asked.streams.map(Set.init),
                wantsEvents: asked.events ?? true))
        updateFollowed()
    }

    func connectionClosed(_ connection: ConnectionID) {
        let before = subscriptions.count
        subscriptions.removeAll { $0.call.connection == connection }
        if subscriptions.count != before { updateFollowed() }
        alignCalls = alignCalls.filter { $0.value.connection != connection }
        for session in sessions.values {
            session.watchers.removeAll { $0.connection == connection }
            session.stopCalls.removeAll { $0.connection == connection }
            for client in session.clients.values where client.connection == connection {
                client.connection = nil
                client.isFocused = nil
                reviewInputs(session)
                heard(client.name, in: session)
            }
        }
    }

    // MARK: - What is told

    func information(_ session: ActiveSession) -> SessionInfo {
        let snapshot = board.read().sessions[session.number] ?? session.lastSnapshot
        let streams = snapshot?.streams ?? []
        let end = session.stopped ?? Clocks.now()
        return SessionInfo(
            id: session.identifier, study: session.description.study,
            participant: session.description.participant,
            kind: session.description.kind.rawValue, state: session.state,
            pilot: session.description.isPilot,
            protocol: session.description.protocolName.isEmpty
                ? nil : session.description.protocolName,
            parent: session.description.parent, phase: session.phase, phases: session.phases,
            startedUtcNs: session.description.startedRealtime,
            durationMs: Int((end - session.description.started) / 1_000_000), file: session.path,
            devices: session.devices.compactMap { devices[$0]?.name },
            clients: session.clients.keys.sorted(),
            samples: streams.reduce(0) { $0 + $1.samples }, events: snapshot?.events ?? 0,
            gaps: streams.reduce(0) { $0 + $1.gaps }, lost: streams.reduce(0) { $0 + $1.lost },
            fileBytes: (try? FileSystem.size(session.path)) ?? 0, outcome: session.outcome,
            reason: session.reason, paused: session.procedure.paused,
            startedNs: session.description.started.nanoseconds,
            phaseBeganNs: session.phase == nil ? nil : session.procedure.phaseBegan?.nanoseconds,
            pausedSinceNs: session.procedure.pausedSince?.nanoseconds)
    }

    private func streamInformation(_ session: ActiveSession) -> [StreamInfo] {
        let now = Clocks.now()
        return (board.read().sessions[session.number]?.streams ?? []).map { stream in
            StreamInfo(
                id: stream.id, name: stream.name, kind: stream.kind, source: stream.source,
                clock: stream.clock.rawValue, channels: stream.channels, units: stream.units,
                samples: stream.samples, events: stream.events, gaps: stream.gaps,
                lost: stream.lost, nominalRateHz: stream.nominalRate,
                rateHz: devices.values.first { $0.name == stream.source }?.rate.hertz,
                boundMs: Double(stream.bound) / 1e6,
                lastSampleAgeMs: stream.lastArrival.map { Int(max(0, now - $0) / 1_000_000) })
        }
    }

    private func deviceInformation() -> [DeviceInfo] {
        let now = Clocks.now()
        let snapshot = board.read()
        return devices.values.sorted { $0.name < $1.name }.map { device in
            let health = snapshot.sources[device.id]
            let streams = (device.session.flatMap { snapshot.sessions[$0]?.streams } ?? [])
                .filter { $0.source == device.name }
            return DeviceInfo(
                name: device.name, profile: device.profile.name, node: device.node,
                identity: device.identity, state: device.state, reason: device.reason,
                session: device.session.flatMap { sessions[$0]?.identifier },
                streams: device.profile.streams.map(\.name), samples: health?.samples ?? 0,
                lastSampleAgeMs: health?.lastSample.map { Int(max(0, now - $0) / 1_000_000) },
                rateHz: device.isOpen ? device.rate.hertz : nil,
                faults: Int(clamping: health?.faults ?? 0), why: device.why,
                batteryPercent: device.battery, transport: device.kind.name,
                nominalRateHz: device.nominalRate,
                gaps: streams.reduce(0) { $0 + $1.gaps },
                lost: streams.reduce(0) { $0 + $1.lost },
                boundMs: streams.map { Double($0.bound) / 1e6 }.max(),
                rssiDbm: device.signalStrength)
        }
    }

    private func status() -> Status {
        let now = Clocks.now()
        func ring(_ ring: Ring) -> RingInfo {
            let overflows = ring.overflows()
            return RingInfo(
                name: ring.identity.name, capacity: Int64(ring.capacity),
                used: Int64(clamping: ring.published &- ring.released),
                overflowedRecords: Int64(clamping: overflows.reduce(0) { $0 + $1.records }),
                overflowedBytes: Int64(clamping: overflows.reduce(0) { $0 + $1.bytes }))
        }
        let sorted = commitDurations.sorted()
        return Status(
            version: Self.version, station: name, bootId: boot,
            uptimeMs: Int((now - started) / 1_000_000), data: data, runtime: runtime,
            sessions: sessions.values.sorted { $0.number < $1.number }.map(information),
            devices: deviceInformation(), rings: [ring(acquisitionRing), ring(controlRing)],
            storage: StorageInfo(
                freeBytes: (try? FileSystem.freeBytes(data)) ?? 0,
                commits: commits,
                commitMsMedian: sorted.isEmpty ? 0 : Double(sorted[sorted.count / 2]) / 1e6,
                commitMsWorst: Double(sorted.last ?? 0) / 1e6,
                lastCommitAgeMs: lastCommit.map { Int((now - $0) / 1_000_000) },
                bytesPerSecond: growth.bytesPerSecond, commitDurations: commitCounts),
            alarms: allAlarms(),
            connections: server.connectionCount, subscribers: subscriptions.count,
            clock: clockWatch.health(inhibitsSleep: inhibitor != nil),
            backup: backupInformation, startedUtcNs: startedUTC, streams: streamTotals(),
            link: linkInformation())
    }
}
