import Glibc
import SessionStore
import StudyProtocol
import SystemCalls
import Timebase

/// Carries out removals, on the finisher's thread: so none of the files is worked on at the same time. What
/// is left is looked through on a thread of its own, since that takes as long as all of it is read.
///
/// Each step may be repeated: what was written down as begun is carried out again from the start by a daemon
/// that was killed.
struct Remover: Sendable {
    let order: RemovalOrder

    /// - Parameter then: is told how it ended, from any thread.
    func run(then: @escaping @Sendable (RemovalOutcome) -> Void) {
        let result: RemovalResult
        let traces: Traces
        do throws(SessionStoreError) {
            (result, traces) = order.tier == nil ? try removeAll() : try removeTier()
        } catch {
            return then(.failed(error))
        }
        if order.isTrial { return then(.done(result)) }
        do throws(SystemError) {
            _ = try DedicatedThread(name: "traces", stackSize: 4 << 20) {
                ThreadPriority.least()
                then(.done(search(traces, result)))
            }
        } catch {
            then(.done(search(traces, result)))
        }
    }

    private func path(_ session: IndexedSession) -> String { order.path(of: session) }

    // MARK: - Everything

    private func removeAll() throws(SessionStoreError) -> (RemovalResult, Traces) {
        var result = RemovalResult()
        var traces = Traces(
            participant: order.removal.participant, sessions: order.removal.sessions,
            files: order.sessions.count)
        for session in order.sessions where FileSystem.exists(path(session)) {
            result.beyond += Self.beyond(path(session))
            // A file that cannot be read goes all the same.
            if !order.isTrial { try? traces.sample(path(session)) }
        }
        result.files = try files()
        result.bytes = result.files.reduce(0) { $0 + ((try? FileSystem.size($1)) ?? 0) }
        if order.isTrial { return (result, traces) }
        try forgetShared(&traces)
        // Stamped now: an export that began before may have read what goes.
        let now = Clocks.realtime()
        try order.database.add(
            order.removal.sessions.map {
                Tombstone(
                    session: $0, participant: order.removal.participant,
                    scope: Tombstone.everything, realtime: now)
            })
        try delete(result.files)
        result.rows = try order.database.forget(
            sessions: order.removal.sessions,
            participant: order.isWhole ? order.removal.participant : nil)
        return (result, traces)
    }

    private func forgetShared(_ traces: inout Traces) throws(SessionStoreError) {
        guard !traces.texts.isEmpty else { return }
        let own = Set(order.removal.sessions)
        traces.forgetShared(
            with: try order.database.sessions().filter {
                $0.participant != order.removal.participant && !own.contains($0.identifier)
            }.map(path))
    }

    /// All files of the sessions; the participant's whole folder where nothing is to be left.
    private func files() throws(SessionStoreError) -> [String] {
        var files: Set<String> = []
        do throws(SystemError) {
            if order.isWhole {
                let folder = "\(order.directory)/\(order.removal.participant)"
                if FileSystem.isDirectory(folder) {
                    for name in try FileSystem.list(folder) { files.insert("\(folder)/\(name)") }
                }
            }
            for session in order.sessions {
                let path = path(session)
                let folder = path.split(separator: "/", omittingEmptySubsequences: false).dropLast()
                    .joined(separator: "/")
                guard FileSystem.isDirectory(folder) else { continue }
                // The file, its review and its report, and whatever a writer left beside them.
                let stem = path.hasSuffix(".attune") ? String(path.dropLast(6)) : path
                for name in try FileSystem.list(folder) where "\(folder)/\(name)".hasPrefix(stem) {
                    files.insert("\(folder)/\(name)")
                }
            }
        } catch {
            throw SessionStoreError(
                code: .inputOutput, message: "\(order.directory) cannot be listed",
                cause: error.description)
        }
        return files.sorted()
    }

    private func delete(_ files: [String]) throws(SessionStoreError) {
        var folders: Set<String> = []
        do throws(SystemError) {
            for file in files {
                if FileSystem.isDirectory(file) {
                    FileSystem.removeTree(file)
                } else {
                    try FileSystem.remove(file)
                }
                folders.insert(
                    file.split(separator: "/", omittingEmptySubsequences: false).dropLast()
                        .joined(separator: "/"))
            }
            for folder in folders where FileSystem.isDirectory(folder) {
                if try FileSystem.list(folder).isEmpty { FileSystem.removeTree(folder) }
            }
            try FileSystem.syncDirectory(order.directory)
        } catch {
            throw SessionStoreError(
                code: .inputOutput,
                message: "not all files could be deleted; it is tried again when "
                    + "the daemon starts", cause: error.description)
        }
    }

    // MARK: - One tier

    private func removeTier() throws(SessionStoreError) -> (RemovalResult, Traces) {
        var result = RemovalResult()
        // The sessions stay, and their ids with them.
        var traces = Traces(
            participant: order.removal.participant, sessions: [], files: order.sessions.count)
        guard let tier = order.tier else { return (result, traces) }
        for session in order.sessions where FileSystem.exists(path(session)) {
            let path = path(session)
            let (kinds, events) = try Self.data(of: tier, in: path)
            if kinds.isEmpty && events.isEmpty { continue }
            if order.isTrial {
                let rows = try SessionRemoval(path: path).rows(kinds, events: events)
                if rows.isEmpty { continue }
                result.rows.merge(rows) { $0 + $1 }
                result.files.append(path)
                continue
            }
            try traces.sample(path, kinds: kinds)
            try remove(kinds, events, of: session, path, &result)
            let left = try SessionRemoval(path: path).rows(kinds, events: events)
            result.checkedFiles += 1
            for (table, count) in left.sorted(by: { $0.key < $1.key }) {
                result.search.found.append("\(path) holds \(count) rows of \(table)")
            }
        }
        if tier == .modelEndpoint || tier == .conversation {
            for session in order.sessions where FileSystem.exists(path(session)) {
                result.beyond += Self.beyond(path(session))
            }
        }
        if !order.isTrial { try forgetShared(&traces) }
        return (result, traces)
    }

    private func remove(
        _ kinds: Set<RecordedData>, _ events: [String], of session: IndexedSession, _ path: String,
        _ result: inout RemovalResult
    ) throws(SessionStoreError) {
        let removal = order.removal
        let outcome = try SessionRemoval(path: path).remove(kinds, events: events) { rows in
            let triple = Clocks.triple()
            return AuditEntry(
                time: triple.monotonic, realtime: triple.realtime, actor: removal.actor,
                action: "remove",
                detail: JSONText.object([
                    ("tier", JSONText.string(removal.scope)),
                    ("removal", JSONText.string(removal.identifier)), ("rows", rows),
                ]))
        }
        // A daemon that was killed after the file was made anew, and before that was told.
        var made = outcome
        if made == nil { made = try SessionRemoval(path: path).earlier(removal.identifier) }
        guard let made else { return }
        try order.database.add([
            Tombstone(
                session: session.identifier, participant: removal.participant,
                scope: removal.scope, auditRow: made.auditRow, realtime: Clocks.realtime())
        ])
        try order.database.renew(session.identifier, made.file)
        if let audit = made.file.audit { result.heads.append(audit) }
        result.rows.merge(made.rows) { $0 + $1 }
        result.files.append(path)
        result.bytes += made.file.size
        report(path)
    }

    /// The quality report is made anew: it tells of what is in the file.
    private func report(_ path: String) {
        guard let reporter = order.reporter else { return }
        try? FileSystem.remove(StudyDirectory.qualityReport(of: path))
        _ = try? ChildProgram.run(
            reporter,
            ["quality", path, "--quiet", "--out", StudyDirectory.qualityReport(of: path)],
            niceness: 10)
    }

    /// What a tier covers in a session, by its own protocol.
    private static func data(
        of tier: ConsentTier.Name, in path: String
    ) throws(SessionStoreError) -> (Set<RecordedData>, [String]) {
        let reader = try SessionReader.open(at: path, alignment: .recorded)
        let text = try reader.session().description.protocolText
        try reader.close()
        let plan = ProtocolAccess.plan(of: text)
        let own = plan?.consent.filter { $0.name == tier }.flatMap(\.covers) ?? []
        let covered = Set(own.isEmpty ? ConsentRule.usualData(of: tier) : own)
        let kinds = Set(covered.compactMap { RecordedData(rawValue: $0.rawValue) })
        let events = EventConsent.kinds.filter { kind in
            EventConsent.data(in: kind).contains(where: covered.contains)
        }
        return (kinds, events)
    }

    // MARK: - What is left

    private func search(_ traces: Traces, _ removed: RemovalResult) -> RemovalResult {
        var result = removed
        let ofRows = result.search.found
        // Of a tier the code stays, with the sessions.
        let isWhole = order.tier == nil && order.isWhole
        result.search = TraceSearch(
            directory: order.directory, root: order.data, traces: traces,
            holdsParticipant: !isWhole
        ).run()
        result.search.found = ofRows + result.search.found
        result.texts = traces.texts.count
        result.sequences = traces.sequenceCount
        result.identifiers = traces.sessions.count + (isWhole ? 1 : 0)
        result.unsearched = traces.unsearched
        // Who looks for nothing finds nothing, which proves nothing where there was something.
        result.isSearched =
            order.sessions.isEmpty || result.checkedFiles > 0
            || result.texts + result.sequences + result.identifiers > 0
        return result
    }

    /// Who else has something of a session, as far as it says.
    static func beyond(_ path: String) -> [String] {
        guard let reader = try? SessionReader.open(at: path, alignment: .recorded),
            let text = try? reader.session().description.protocolText,
            let calls = try? reader.events(of: ["model_call"]).count
        else { return [] }
        try? reader.close()
        guard calls > 0 else { return [] }
        let plan = ProtocolAccess.plan(of: text)
        let endpoints = (plan?.consent ?? []).compactMap(\.endpoint).map {
            "\($0.operatorName) (\($0.country)), which ran the language model: it says that it keeps "
                + "requests so: \($0.retention)"
        }
        if !endpoints.isEmpty { return endpoints }
        let model = plan?.chat?.model
        return [
            "the language model at \(model?.url ?? "an address that the protocol does not name")"
        ]
    }
}
