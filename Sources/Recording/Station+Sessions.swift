import Foundation
import Link
import LinuxDevices
import Ring
import SessionStore
import SystemCalls
import Timebase

/// Sessions: started, moved through their phases, marked, stopped, finished.
extension Station {
    /// Starts a session; it is durable when this returns.
    func start(
        study: String, participant: String, protocolName: String?, kind: SessionKind,
        isPilot: Bool, parent: String?, continuationOf: String? = nil, devices names: [String]?,
        actor: String
    ) throws -> ActiveSession {
        guard !isStopping else {
            throw ControlError.invalidState("stopping", expected: ["running"])
        }
        do throws(SessionStoreError) {
            try StudyDirectory.validate(study, "study")
            try StudyDirectory.validate(participant, "participant")
        } catch {
            throw ControlError.invalidName("\(study)/\(participant)", reason: error.message)
        }
        if let other = sessions.values.first(where: {
            $0.description.study == study && $0.description.participant == participant
        }) {
            throw ControlError.alreadyRecording(session: other.identifier)
        }
        let parent =
            kind == .commentary
            ? try commentaryParent(parent, study: study, participant: participant) : nil
        let procedure: ProtocolAccess.Loaded
        if let parent, protocolName == nil {
            procedure = parent.loaded
        } else {
            let named = try protocolName ?? usualProtocol(study: study, kind: kind)
            procedure = try ProtocolAccess.load(named, kind: kind)
        }
        let chosen = try choose(names)
        let triple = Clocks.triple()
        let description = SessionDescription(
            identifier: UUID().uuidString.lowercased(), kind: kind, study: study,
            participant: participant, protocolName: procedure.name,
            protocolVersion: procedure.version, protocolText: procedure.text, isPilot: isPilot,
            station: name, softwareVersion: Self.version, bootIdentifier: boot,
            parent: parent?.description.identifier,
            continuationOf: continuationOf, started: triple.monotonic,
            startedRealtime: triple.realtime)
        let protocolPlan = ProtocolAccess.plan(of: procedure.text)
        let consent = try consentRule(description, plan: protocolPlan)
        let placement = try place(description, plan: protocolPlan, actor: actor)
        var (sources, plans) = plan(chosen)
        for (index, device) in chosen.enumerated() where device.refusal(by: consent) != nil {
            sources.sources[index].isWithheld = device.isInput ? nil : true
        }
        var first = SessionBatch()
        first.add(placement, consent, at: triple, actor: actor)
        if let parent { first.add(parent, at: triple, boot: boot) }
        let (session, writer) = try create(
            description, procedure.phases, sources, plans, chosen, triple, actor, first)
        session.consent = consent
        session.placement = placement
        sessions[session.number] = session
        begin(session, writer, plans, chosen, triple)
        index(session)
        warnOfRefusals(session)
        giveBackSoon()
        updateInhibitor()
        log.info("session \(session.identifier) records to \(session.path)")
        return session
    }

    private func choose(_ names: [String]?) throws(ControlError) -> [ManagedDevice] {
        guard let names else {
            return devices.values.filter { $0.session == nil }.sorted { $0.id < $1.id }
        }
        var chosen: [ManagedDevice] = []
        for name in names {
            guard let device = devices.values.first(where: { $0.name == name }) else {
                throw .noSuchDevice(name)
            }
            if let number = device.session, let session = sessions[number] {
                throw .deviceBusy(device: name, session: session.identifier)
            }
            if !chosen.contains(where: { $0 === device }) { chosen.append(device) }
        }
        return chosen
    }

    private func plan(_ chosen: [ManagedDevice]) -> (SessionSources, [StreamPlan]) {
        var sources = SessionSources(number: nextSession, sources: [], nextStream: 1)
        nextSession += 1
        var plans: [StreamPlan] = []
        for device in chosen {
            let streams =
                !device.isInput
                ? StreamPlan.device(
                    device.profile, name: device.name, identity: device.identity,
                    firstID: sources.nextStream)
                : StreamPlan.input(
                    device.profile, isPointer: device.kind == .pointer, name: device.name,
                    identity: device.identity, firstID: sources.nextStream)
            plans.append(contentsOf: streams)
            sources.nextStream += Int64(streams.count)
            let kind: SourceEntry.Kind =
                switch device.kind {
                case .serial, .bluetooth: .device
                case .keyboard: .keyboard
                case .pointer: .pointer
                }
            sources.sources.append(
                SourceEntry(
                    id: device.id, name: device.name, kind: kind,
                    profileName: device.profile.name, profileText: device.profile.text,
                    profileOptions: StoredOptions(device.options),
                    streams: streams.map(\.description.id), linked: []))
        }
        return (sources, plans)
    }

    private func create(
        _ description: SessionDescription, _ phases: [String], _ sources: SessionSources,
        _ plans: [StreamPlan], _ chosen: [ManagedDevice], _ triple: TimeTriple, _ actor: String,
        _ first: SessionBatch
    ) throws(ControlError) -> (ActiveSession, SessionWriter) {
        var made: SessionWriter?
        do {
            let path = try StudyDirectory(root: data).makeSessionPath(
                study: description.study, participant: description.participant,
                kind: description.kind, started: description.startedRealtime)
            let writer = try SessionWriter.create(
                at: path, description: description, streams: plans.map(\.description),
                waiting: Recovery.waiting(settings))
            made = writer
            tellRoom(of: writer, description.identifier)
            var batch = first
            batch.sources = sources.encoded()
            batch.timeTriples = [RecordedTriple(triple: triple, cause: "start")]
            batch.ringPositions = [
                acquisitionRing.mark(acquisitionRing.published),
                controlRing.mark(controlRing.published),
            ]
            batch.audit.insert(
                AuditEntry(
                    time: triple.monotonic, realtime: triple.realtime, actor: actor,
                    action: "session start"), at: 0)
            if let audit = try writer.commit(batch).audit { anchors.post(audit) }
            return (
                ActiveSession(
                    number: sources.number, description: description, path: path, phases: phases,
                    sources: sources, devices: chosen.map(\.id)), writer
            )
        } catch {
            if let made {
                try? made.close()
                SessionWriter.discard(made.path)
            }
            throw .storageFailed(reason: "\(error)")
        }
    }

    /// Announces the session to the store and the sequencer, and only then opens its keyboards.
    private func begin(
        _ session: ActiveSession, _ writer: SessionWriter, _ plans: [StreamPlan],
        _ chosen: [ManagedDevice], _ triple: TimeTriple
    ) {
        storeMessages.post(.writer(session.number, writer))
        for device in chosen where device.isInput {
            announce(device, session: nil, streams: [])
        }
        sequencer.messages.post(
            .session(
                SessionAnnouncement(
                    number: session.number, identifier: session.identifier,
                    started: session.description.started, triple: triple,
                    sources: session.sources, streams: plans,
                    acquisition: acquisitionRing.published, control: controlRing.published)))
        for device in chosen {
            device.session = session.number
            if device.isInput {
                device.state = .absent
                device.reason = ""
                openInput(device)
            } else if let reason = device.refusal(by: session.consent) {
                withhold(device, reason)
            }
        }
    }

    // MARK: - Phases, marks, stop

    /// Puts a message to the sequencer into the control ring.
    func record(_ message: ControlRecord, for session: ActiveSession) throws(ControlError) {
        let bytes = message.encoded()
        let stamp = Clocks.now()
        let fits = unsafe bytes.withUnsafeBytes {
            unsafe controlWriter.append(
                kind: RecordKind.control, source: session.number, stamp: stamp, bytes: $0)
        }
        guard fits else {
            throw .storageFailed(reason: "the control ring is full, because the disk is too slow")
        }
    }

    /// Answers once everything that was recorded so far is durable.
    func whenDurable(_ session: ActiveSession, _ answer: @escaping () -> Void) {
        acknowledgements.append(
            PendingAcknowledgement(
                session: session.number, position: controlRing.published, answer: answer))
        sequencer.messages.post(.hurry)
    }

    /// A page hands over what its microphone heard through the console: that takes some tenths of a
    /// second, and a stop as a whole has to be durable within one. In nanoseconds.
    private static let hearing: Int64 = 700_000_000

    /// Stops a session: its keyboards are let go first, clients with sound hand over what they hold, then
    /// everything read so far is stored.
    func stop(
        _ session: ActiveSession, outcome: String?, reason: String?, actor: String = "attuned"
    ) {
        guard session.state == .recording else { return }
        endProcedure(of: session, reason: reason, actor: actor)
        session.state = .stopping
        session.outcome = outcome
        session.reason = reason
        session.stopActor = actor
        session.stopRequested = Clocks.now()
        for id in session.devices {
            guard let device = devices[id], device.isInput, device.isOpen else { continue }
            session.inputsToClose.insert(id)
            device.isOpen = false
            forgetDescriptor(device)
            acquisition.commands.post(.remove(source: id))
        }
        session.clientsToHear = Set(
            session.clients.values.filter {
                $0.connection != nil && $0.streams.contains(where: \.isAudio)
            }.map(\.name))
        session.hearsUntil = Clocks.now() + Self.hearing
        recordStopWhenReady(session)
        tellWatchers(session)
    }

    private func recordStopWhenReady(_ session: ActiveSession) {
        guard session.inputsToClose.isEmpty, session.clientsToHear.isEmpty else { return }
        recordStop(session)
    }

    /// A client has closed its connection: it brings nothing more.
    func heard(_ client: String, in session: ActiveSession) {
        guard session.clientsToHear.remove(client) != nil else { return }
        recordStopWhenReady(session)
    }

    /// Waits no longer for clients that do not say that they are done.
    func endHearing(_ now: Instant) {
        for session in sessions.values {
            guard let until = session.hearsUntil, now >= until, !session.clientsToHear.isEmpty
            else { continue }
            let late = session.clientsToHear.sorted().joined(separator: ", ")
            log.warning(
                "\(session.identifier): \(late): not done in time; what is still held is not in the session"
            )
            session.clientsToHear = []
            recordStopWhenReady(session)
        }
    }

    func inputClosed(_ id: UInt32) {
        if let device = devices[id], device.isInput { device.state = .absent }
        for session in sessions.values where session.inputsToClose.remove(id) != nil {
            recordStopWhenReady(session)
        }
    }

    private func recordStop(_ session: ActiveSession) {
        // The end is now, when nothing more is read: what came since the request is in the file.
        let now = Clocks.now()
        session.stopRequested = now
        let state: SessionStore.SessionState =
            switch session.outcome {
            case "aborted": .aborted
            case "withdrawn": .withdrawn
            default: .stopped
            }
        do throws(ControlError) {
            try record(
                .stop(
                    acquisition: acquisitionRing.published, state: state.rawValue,
                    outcome: session.outcome, reason: session.reason,
                    time: now), for: session)
            storeMessages.post(.stopping(session.number))
            sequencer.messages.post(.hurry)
        } catch {
            // The ring is full because the disk does not keep up.
            for call in session.stopCalls { call.fail(error) }
            session.stopCalls = []
            if session.outcome == "withdrawn" {
                // Nobody is asked again: whoever withdrew is not recorded on.
                session.owesStop = true
            } else {
                session.state = .recording
            }
        }
    }

    /// Tries again to end sessions whose participants withdrew while the ring was full.
    func stopOwed() {
        for session in sessions.values where session.owesStop {
            session.owesStop = false
            recordStopWhenReady(session)
        }
    }

    /// The last batch of a session is durable.
    func sessionStopped(_ number: UInt32) {
        guard let session = sessions.removeValue(forKey: number) else { return }
        session.lastSnapshot = board.read().sessions[number]
        recordedCodes.insert(session.description.participant)
        session.stopped = session.stopRequested
        session.state =
            switch session.outcome {
            case "aborted": .aborted
            case "withdrawn": .withdrawn
            default: .stopped
            }
        for device in session.devices.compactMap({ devices[$0] }) {
            device.session = nil
            if device.state == .paused {
                device.state = .absent
                device.reason = ""
            }
        }
        index(session)
        noteWithdrawal(session)
        lower("consent:\(session.identifier)")
        lowerHealth(of: session)
        // Nothing commits any more that could take them back.
        if sessions.isEmpty { for code in ["checkpoint", "reserve"] { lower(code) } }
        for call in session.stopCalls {
            call.reply(ControlInterface.StopSession.Reply(session: information(session)))
        }
        tellWatchers(session, isLast: true)
        showLeftAlarms()
        for subscription in subscriptions where subscription.session == number {
            subscription.call.fail(
                ControlError.invalidState(session.state.rawValue, expected: ["recording"]))
        }
        subscriptions.removeAll { $0.session == number }
        updateFollowed()
        acknowledgements.removeAll { acknowledgement in
            guard acknowledgement.session == number else { return false }
            acknowledgement.answer()
            return true
        }
        log.info("session \(session.identifier) is \(session.state.rawValue)")
        if !isStopping { finisher.messages.post(.session(path: session.path)) }
        advanceRemovals()
        updateInhibitor()
    }
}
