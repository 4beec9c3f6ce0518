import SessionStore
import SystemCalls

/// Brings what a place has of a study and this station lacks. What is here already is never written over.
struct StudyPull {
    let options: StationPlace.Options
    let local: LocalStudy
    let place: PlaceStudy
    let withdrawals: Withdrawals
    var outcome: StudyOutcome

    /// - Throws: where nothing further can be done at the place.
    mutating func run() throws(StationsError) {
        removeHalves()
        for manifest in place.manifests.values
            .sorted(by: { ($0.startedRealtimeNs, $0.session) < ($1.startedRealtimeNs, $1.session) })
        {
            do throws(StationsError) {
                try pull(manifest)
            } catch {
                if error.concernsPlace { throw error }
                problem(manifest, error.description)
            }
        }
        for (session, why) in place.strange.sorted(by: { $0.key < $1.key })
        where !withdrawals.forbids(session: session) {
            outcome.problems.append(
                StudyOutcome.Left(study: local.study, session: session, why: why))
        }
        for session in local.sessions.values.sorted(by: { $0.identifier < $1.identifier })
        where place.manifests[session.identifier] == nil {
            guard let taken = withdrawals.refusal(session) else { continue }
            toBeRemoved(session.identifier, session.participant, session.path, taken)
        }
    }

    private mutating func problem(_ manifest: SessionManifest, _ why: String) {
        outcome.problems.append(
            StudyOutcome.Left(
                study: local.study, session: manifest.session, participant: manifest.participant,
                why: why))
    }

    private mutating func toBeRemoved(
        _ session: String, _ participant: String, _ path: String,
        _ taken: StationLedger.Withdrawal
    ) {
        outcome.problems.append(
            StudyOutcome.Left(
                study: local.study, session: session, participant: participant,
                why: "\(path) is to be removed here: \(taken.words)"))
    }

    private mutating func pull(_ manifest: SessionManifest) throws(StationsError) {
        let here = local.sessions[manifest.session]
        let standing = try Standing(
            here: here, there: manifest, missing: place.missing(manifest).map(\.part),
            withdrawals: withdrawals, sha256: local.sha256)
        switch standing {
        case .withdrawn(let isHere, let isThere, let taken):
            if isHere, let here {
                toBeRemoved(here.identifier, here.participant, here.path, taken)
            } else if isThere {
                outcome.withdrawn.append(
                    StudyOutcome.Left(
                        study: local.study, session: manifest.session,
                        participant: manifest.participant,
                        why: "\(taken.words); the next push removes it from the place"))
            }
        case .onlyThere: try bring(manifest, manifest.files.map(\.part))
        case .partialThere(let parts):
            if here != nil, !parts.contains(.session) {
                outcome.present += 1
            } else {
                problem(
                    manifest,
                    "the place lacks a part of it (\(parts.map(\.rawValue).joined(separator: ", "))); "
                        + "push it again from station \(StoreFault.plain(manifest.pushedBy))")
            }
        case .both: if let here { try complete(here, manifest) }
        case .newerHere:
            problem(
                manifest,
                "something was taken out of it here, and the place has the older copy: push")
        case .newerThere:
            problem(
                manifest,
                "something was taken out of it at station \(StoreFault.plain(manifest.pushedBy)): "
                    + "\(here?.path ?? "the file here") is older. Remove it, and pull again")
        case .differs(let why): problem(manifest, "\(why): nothing was changed")
        case .open: problem(manifest, "it is at the place, and not finished here")
        case .onlyHere, .begun, .strangeThere: break
        }
    }

    /// Brings what lies beside a session that is here.
    private mutating func complete(
        _ here: LocalSession, _ manifest: SessionManifest
    ) throws(StationsError) {
        let beside = try BesideStanding(here, manifest, place: place)
        if let why = beside.differs { return problem(manifest, why) }
        if beside.toBring.isEmpty {
            outcome.present += 1
        } else {
            try bring(manifest, beside.toBring, beside: here.path)
        }
    }

    // MARK: - Bringing

    /// - Parameter existing: the session's file, where it is here already.
    private mutating func bring(
        _ manifest: SessionManifest, _ parts: [SessionPart], beside existing: String? = nil
    ) throws(StationsError) {
        let target =
            existing ?? "\(local.folder)/\(manifest.participant)/\(manifest.stem).attune"
        let file = "\(manifest.participant)/\(manifest.stem).attune"
        if parts.contains(.session), FileSystem.exists(target) {
            let owner = local.owner(of: file)?.identifier ?? "a file that is no session"
            return problem(
                manifest,
                "\(target) is here already and is another session (\(owner)): are two participants "
                    + "called \(manifest.participant)?")
        }
        // The session's own file last: with it the session is listed.
        let files = manifest.files.filter { parts.contains($0.part) }
            .sorted { $0.part != .session && $1.part == .session }
        try makeRoom(files)
        var brought: [String] = []
        var bytes: Int64 = 0
        for one in files {
            let path = one.part.path(of: target)
            if one.part != .session, FileSystem.exists(path) { continue }
            bytes += try fetch(one, manifest, to: path)
            brought.append(one.part.rawValue)
        }
        if parts.contains(.session) { local.bring(target) }
        outcome.moved.append(
            StudyOutcome.Moved(
                study: local.study, session: manifest.session, participant: manifest.participant,
                file: file, parts: brought, bytes: bytes))
        options.tell?(
            "brought \(manifest.participant)/\(manifest.stem) "
                + "(\(brought.joined(separator: ", ")), \(bytes) bytes)")
    }

    private func makeRoom(_ files: [SessionManifest.File]) throws(StationsError) {
        let needed = files.reduce(0) { $0 + $1.size }
        do {
            try OwnedFolder.make(local.folder)
            let free = try FileSystem.freeBytes(local.folder)
            guard free - needed >= options.reserve else {
                throw StationsError(
                    .local,
                    "there is no room for it: \(needed) bytes are needed, and \(free) are free in "
                        + "\(local.folder), of which \(options.reserve) are left to recordings")
            }
        } catch let error as StationsError {
            throw error
        } catch {
            throw StationsError(.local, "\(local.folder) cannot be used", cause: "\(error)")
        }
    }

    /// - Returns: bytes that came over the line.
    private func fetch(
        _ file: SessionManifest.File, _ manifest: SessionManifest, to path: String
    ) throws(StationsError) -> Int64 {
        // SQLite would write what it finds there into the file that comes.
        if file.part == .review, FileSystem.exists(path + "-journal") {
            throw StationsError(
                .local,
                "\(path)-journal was left of a review that is not there any more: move it away, and "
                    + "pull again")
        }
        let made = try AssembledFile(path, PartHashes(file), rights: file.part.mode)
        var bytes: Int64 = 0
        do throws(StationsError) {
            for part in try made.kept()..<file.parts.count {
                let piece = try place.store.read(manifest.key(file), made.hashes.range(part))
                try made.add(piece, part: part)
                bytes += Int64(piece.count)
            }
            let isNamed = try made.end { (whole) throws(StationsError) in
                if file.part == .session { try look(whole, manifest) }
            }
            guard isNamed else {
                throw StationsError(
                    .conflict, "\(path) came into being meanwhile, and stays as it is")
            }
        } catch {
            // What is damaged at the place is not gone on with; a cut connection is.
            if !error.concernsPlace { made.remove() }
            throw error
        }
        return bytes
    }

    /// Makes sure that a file is the session that its manifest says, and may be used.
    private func look(
        _ path: String, _ manifest: SessionManifest
    ) throws(StationsError) {
        let session: LocalSession
        do {
            session = try LocalStudy.read(path)
        } catch {
            throw StationsError(
                .strange, "what the place has as session \(manifest.session) cannot be read",
                cause: error.description)
        }
        guard session.identifier == manifest.session, session.study == manifest.study,
            session.participant == manifest.participant, session.kind == manifest.kind,
            session.started == manifest.startedRealtimeNs, session.condition == .sealed
        else {
            throw StationsError(
                .strange,
                "what the place has as session \(manifest.session) is another one than its manifest "
                    + "says; it was not taken")
        }
        if let taken = withdrawals.refusal(session) {
            throw StationsError(.strange, "it is not brought: \(taken.words)")
        }
    }

    // MARK: - What was left

    /// Removes what was begun to be brought and is not wanted any more.
    private func removeHalves() {
        var wanted: Set<String> = []
        for manifest in place.manifests.values where withdrawals.refusal(manifest) == nil {
            for file in manifest.files {
                let path = file.part.path(
                    of: "\(local.folder)/\(manifest.participant)/\(manifest.stem).attune")
                if !FileSystem.exists(path) { wanted.insert(AssembledFile.temporary(of: path)) }
            }
        }
        for participant in (try? FileSystem.list(local.folder)) ?? [] {
            let folder = "\(local.folder)/\(participant)"
            for name in (try? FileSystem.list(folder)) ?? []
            where name.hasPrefix(".") && name.hasSuffix(AssembledFile.suffix) {
                let path = "\(folder)/\(name)"
                if !wanted.contains(path) { try? FileSystem.remove(path) }
            }
        }
    }
}
