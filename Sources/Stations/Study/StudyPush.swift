import SessionStore
import SystemCalls

/// Sends what a station has of a study to a place, and removes there what was withdrawn.
///
/// Runs in the command's own process, with the least claim on processor and disk. What was cut off goes on
/// with the next push: all that is to be done follows from files here and objects there.
struct StudyPush {
    let options: StationPlace.Options
    let local: LocalStudy
    let place: PlaceStudy
    let withdrawals: Withdrawals
    var outcome: StudyOutcome

    /// What began to be sent this long ago, and nobody went on with, is removed. Nanoseconds.
    static let patience: Int64 = 7 * 86_400 * 1_000_000_000

    /// - Parameter only: ids of the sessions that are sent; nil for all.
    /// - Throws: where nothing further can be done at the place.
    mutating func run(_ only: Set<String>?) throws(StationsError) {
        try removeWithdrawn()
        let chosen = local.sessions.values
            .filter { session in
                only.map { $0.contains(session.identifier) || $0.contains(session.parent ?? "") }
                    ?? true
            }
            .sorted { ($0.started, $0.identifier) < ($1.started, $1.identifier) }
        for session in chosen {
            do throws(StationsError) {
                try push(session)
            } catch {
                if error.concernsPlace { throw error }
                problem(session, error.description)
            }
        }
        if only == nil {
            for (path, why) in local.unreadable.sorted(by: { $0.key < $1.key }) {
                outcome.problems.append(
                    StudyOutcome.Left(study: local.study, why: "\(path) is not sent: \(why)"))
            }
        }
        try sweep()
    }

    private mutating func problem(_ session: LocalSession, _ why: String) {
        outcome.problems.append(left(session, why))
    }

    private func left(_ session: LocalSession, _ why: String) -> StudyOutcome.Left {
        StudyOutcome.Left(
            study: local.study, session: session.identifier, participant: session.participant,
            why: why)
    }

    // MARK: - What must not be there

    private mutating func removeWithdrawn() throws(StationsError) {
        for manifest in place.manifests.values.sorted(by: { $0.session < $1.session }) {
            guard let taken = withdrawals.refusal(manifest) else { continue }
            try place.remove(manifest.session)
            removed(manifest.session, manifest.participant, taken.words)
        }
        for session in place.strange.keys.sorted() where withdrawals.forbids(session: session) {
            try place.remove(session)
            removed(session, nil, "it was withdrawn")
        }
        for participant in Set(withdrawals.all.map(\.participant)).sorted() {
            try removeLoose(participant)
        }
    }

    /// Removes files of a participant that belong to no session: an older content, or a session that was never
    /// sent to its end.
    private mutating func removeLoose(_ participant: String) throws(StationsError) {
        guard (try? StudyDirectory.validate(participant, "participant")) != nil else { return }
        let folder = PlaceKey.files(local.study) + participant + "/"
        let named = place.referenced
        for key in place.objects.keys.sorted() where key.hasPrefix(folder) && !named.contains(key) {
            try place.remove(object: key)
            removed(nil, participant, "\(key) belonged to no session, and \(participant) withdrew")
        }
        for sending in place.unfinished where sending.key.hasPrefix(folder) {
            try place.giveUp(sending)
        }
    }

    private mutating func removed(_ session: String?, _ participant: String?, _ why: String) {
        outcome.removed.append(
            StudyOutcome.Left(
                study: local.study, session: session, participant: participant, why: why))
    }

    // MARK: - One session

    private mutating func push(_ session: LocalSession) throws(StationsError) {
        let there = place.manifests[session.identifier]
        let missing = there.map { place.missing($0).map(\.part) } ?? []
        let standing = try Standing(
            here: session, there: there, strange: place.strange[session.identifier],
            missing: missing, hasBegun: place.hasBegun(session), withdrawals: withdrawals,
            sha256: local.sha256)
        switch standing {
        case .open:
            outcome.open.append(left(session, "it records, or is not in its final form yet"))
        case .withdrawn(_, _, let taken):
            outcome.withdrawn.append(left(session, taken.words))
        case .differs(let why): problem(session, "\(why): nothing was changed")
        case .newerThere:
            problem(
                session,
                "something was taken out of it since at another station: this copy is older. Remove "
                    + "\(session.path), and pull")
        case .strangeThere(let why): problem(session, why)
        case .onlyThere: break
        case .onlyHere, .begun:
            if let other = place.owner(of: session.stem, participant: session.participant) {
                return problem(
                    session,
                    "another session of \(session.participant) with the same name is at the place "
                        + "(\(other.session), recorded by \(StoreFault.plain(other.station))): are two "
                        + "participants called \(session.participant)?")
            }
            try send(session, SessionPart.allCases, over: nil)
        case .newerHere: try send(session, SessionPart.allCases, over: there)
        case .partialThere(let parts): try send(session, parts, over: there)
        case .both:
            guard let there else { return }
            var damaged: [SessionPart] = []
            if options.verifies { damaged = try damages(there) }
            let beside = try BesideStanding(session, there, place: place)
            if let why = beside.differs { problem(session, why) }
            let parts = Set(damaged + beside.toSend)
            if parts.isEmpty {
                if beside.differs == nil { outcome.present += 1 }
            } else {
                try send(session, SessionPart.allCases.filter(parts.contains), over: there)
            }
        }
    }

    /// Reads what the place has of a session; what is not what was sent is removed, to be sent again.
    private func damages(_ manifest: SessionManifest) throws(StationsError) -> [SessionPart] {
        var found: [SessionPart] = []
        for file in manifest.files {
            guard try PlaceCheck.problem(of: file, manifest, place.store) != nil else { continue }
            try place.remove(object: manifest.key(file))
            found.append(file.part)
        }
        return found
    }

    private mutating func send(
        _ session: LocalSession, _ parts: [SessionPart], over there: SessionManifest?
    ) throws(StationsError) {
        let sender = SessionSender(options: options, place: place, withdrawals: withdrawals)
        let sent = try sender.send(session, parts, over: there)
        guard sent.isWritten else {
            try place.read(session.identifier)
            if place.manifests[session.identifier]?.sha256 == sent.manifest.sha256 {
                outcome.present += 1
                return
            }
            return problem(
                session,
                "another station sent it at the same time, with another content: nothing was changed"
            )
        }
        outcome.moved.append(
            StudyOutcome.Moved(
                study: local.study, session: session.identifier,
                participant: session.participant, file: session.file,
                parts: sent.parts.map(\.rawValue),
                bytes: sent.bytes))
        options.tell?(
            "sent \(session.participant)/\(session.stem) "
                + "(\(sent.parts.map(\.rawValue).joined(separator: ", ")), \(sent.bytes) bytes)")
    }

    // MARK: - What was left

    /// Removes what nobody goes on with: a store keeps it, and asks money for it, until somebody does.
    private mutating func sweep() throws(StationsError) {
        let named = place.referenced
        let now = Clocks.realtime()
        let place = place
        func isOld(_ time: Int64) -> Bool { time > 0 && now - time > Self.patience }
        for sending in place.unfinished where named.contains(sending.key) || isOld(sending.began) {
            _ = try tidies { () throws(StationsError) in try place.giveUp(sending) }
        }
        // A manifest that is not understood may be a later version's, and its files whole.
        guard place.strange.isEmpty else { return }
        for object in place.objects.values.sorted(by: { $0.key < $1.key })
        where !named.contains(object.key) && isOld(object.changedRealtime) {
            guard
                try tidies({ () throws(StationsError) in try place.remove(object: object.key) })
            else { continue }
            removed(
                nil, nil, "\(object.key) belonged to no session for more than a week")
        }
    }

    /// Removes something of somebody else's. Where this user may not, that is told, and nothing else stops.
    /// - Returns: whether it is gone.
    private mutating func tidies(
        _ remove: () throws(StationsError) -> Void
    ) throws(StationsError) -> Bool {
        do throws(StationsError) {
            try remove()
            return true
        } catch {
            guard !error.concernsPlace else { throw error }
            outcome.remarks.append(error.description)
            return false
        }
    }
}
