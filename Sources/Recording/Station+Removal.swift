import Link
import SessionStore
import StudyProtocol
import SystemCalls

/// Participants who withdraw, and storage periods that are over.
extension Station {
    /// A removal that waits for sessions to stop, or for reviews that were ordered before.
    struct WaitingRemoval {
        var order: RemovalOrder
        var call: VarlinkCall?
        /// Whether the thread of reviews has been asked to say when it is done.
        var isDraining = false
    }

    func withdraw(_ call: VarlinkCall) throws {
        let asked = try call.parameters(of: StudyInterface.Withdraw.self)
        let database = try known(asked.study)
        let entries = try database.sessions()
        guard try database.participants().contains(where: { $0.code == asked.participant }) else {
            throw StudyRefusal.noSuchParticipant(study: asked.study, participant: asked.participant)
        }
        let reason = asked.reason ?? "withdrawn"
        guard reason == "withdrawn" || reason == "retention" else {
            throw StudyRefusal.invalidName(reason, reason: "a reason is withdrawn or retention")
        }
        let tier = ConsentTier.Name(rawValue: asked.scope)
        guard tier != nil || asked.scope == "keep" || asked.scope == Tombstone.everything else {
            throw StudyRefusal.noSuchTier(
                asked.scope, known: ["keep", "all"] + ConsentTier.Name.allCases.map(\.rawValue))
        }
        let running = sessions.values.filter {
            $0.description.study == asked.study && $0.description.participant == asked.participant
        }
        if let session = running.first, tier != nil || reason == "retention" {
            throw StudyRefusal.invalidName(
                asked.participant,
                reason:
                    "session \(session.identifier.prefix(8)) is recording. A no to a tier counts "
                    + "at once (attune consent set); what was recorded of it is deleted once the "
                    + "session is over")
        }
        let chosen = try choose(asked, entries, running)
        let isTrial = asked.trial ?? false
        let actor = call.actor
        if !isTrial && reason == "withdrawn" {
            try noteWithdrawal(asked, tier, running, actor)
        }
        let removal = Removal(
            participant: asked.participant, scope: asked.scope, reason: reason, actor: actor,
            asked: Clocks.realtime(), sessions: chosen)
        if asked.scope == "keep" {
            var told = RemovalInfo(
                asked.study, removal, isTrial: isTrial, RemovalResult(), backup: settings.backup)
            told.beyond = []
            told.elsewhere = []
            call.reply(StudyInterface.Withdraw.Reply(removal: told))
            return
        }
        if !isTrial { try database.begin(removal) }
        let order = try order(
            removal, study: asked.study, database, isTrial: isTrial,
            isWhole: tier == nil && asked.sessions == nil)
        wait(WaitingRemoval(order: order, call: call))
    }

    /// The sessions that are meant: those of the participant, and commentaries on them.
    private func choose(
        _ asked: StudyInterface.Withdraw.Parameters, _ entries: [IndexedSession],
        _ running: [ActiveSession]
    ) throws -> [String] {
        var own = Set(entries.filter { $0.participant == asked.participant }.map(\.identifier))
        own.formUnion(running.map(\.identifier))
        if let named = asked.sessions {
            for session in named where !own.contains(session) {
                throw StudyRefusal.noSuchSession(session)
            }
            own = Set(named)
        }
        let commentaries = entries.filter { entry in entry.parent.map(own.contains) ?? false }
        return own.union(commentaries.map(\.identifier)).sorted()
    }

    private func noteWithdrawal(
        _ asked: StudyInterface.Withdraw.Parameters, _ tier: ConsentTier.Name?,
        _ running: [ActiveSession], _ actor: String
    ) throws {
        let database = try study(asked.study)
        if let tier {
            try note(
                [tier.rawValue: false], study: asked.study, participant: asked.participant,
                actor: actor)
        } else if asked.sessions == nil {
            try database.add(
                StatusChange(
                    participant: asked.participant, status: .withdrawn,
                    reason: asked.scope == "keep"
                        ? "withdrew; what there is may be kept" : "withdrew",
                    actor: actor, realtime: Clocks.realtime()))
        }
        note(
            "withdraw",
            [
                ("participant", JSONText.string(asked.participant)),
                ("scope", JSONText.string(asked.scope)),
            ], study: asked.study, actor: actor)
        for session in running { stopWithdrawn(session, actor: actor) }
    }

    /// Stops a session of which the participant takes back all.
    func stopWithdrawn(_ session: ActiveSession, actor: String) {
        guard session.state == .recording else { return }
        do throws(ControlError) {
            try audit(
                "session stop", [("outcome", JSONText.string("withdrawn"))], of: session,
                actor: actor)
        } catch {
            log.error("\(session.identifier): its stop is missing in the audit trail: \(error)")
        }
        stop(session, outcome: "withdrawn", reason: "the participant withdrew", actor: actor)
    }

    private func order(
        _ removal: Removal, study name: String, _ database: StudyDatabase, isTrial: Bool,
        isWhole: Bool
    ) throws(SessionStoreError) -> RemovalOrder {
        let wanted = Set(removal.sessions)
        return RemovalOrder(
            study: name, data: data, database: database, removal: removal,
            isTrial: isTrial, isWhole: isWhole, tier: ConsentTier.Name(rawValue: removal.scope),
            sessions: try database.sessions().filter { wanted.contains($0.identifier) },
            reporter: options.reporter)
    }

    // MARK: - One after another

    private func wait(_ waiting: WaitingRemoval) {
        let number = nextAlignment
        nextAlignment += 1
        removals[number] = waiting
        if !waiting.order.isTrial {
            removing.formUnion(waiting.order.removal.sessions)
        }
        advanceRemovals()
    }

    /// Goes on with removals whose sessions have stopped, and stops those that record: a daemon that was
    /// killed may have taken them up again.
    func advanceRemovals() {
        let active = Set(sessions.values.map(\.identifier))
        for (number, waiting) in removals where !waiting.isDraining {
            if !waiting.order.isTrial {
                let removal = waiting.order.removal
                for session in sessions.values where removal.sessions.contains(session.identifier) {
                    stopWithdrawn(session, actor: removal.actor)
                }
            }
            guard waiting.order.isTrial || active.isDisjoint(with: waiting.order.removal.sessions)
            else { continue }
            removals[number]?.isDraining = true
            // What was ordered before is done first; nothing more is taken.
            reviewKeeper.messages.post(
                ReviewKeeper.Message(path: "", order: .pause, number: number))
        }
    }

    /// The thread of reviews has done what was ordered before.
    func reviewsDrained(_ number: UInt64) {
        guard let waiting = removals[number] else { return }
        var order = waiting.order
        do throws(SessionStoreError) {
            // Sessions that were being recorded are in the index only now as they are.
            order.sessions = try self.order(
                order.removal, study: order.study, order.database, isTrial: order.isTrial,
                isWhole: order.isWhole
            ).sessions
        } catch {
            return removed(number, .failed(error))
        }
        removals[number]?.order = order
        if !order.isTrial {
            // Before what is left is looked through.
            leftAlarms.removeAll { order.removal.sessions.contains($0.session ?? "") }
            forgetAlarms(of: order.removal.sessions, areRemoved: order.tier == nil)
        }
        finisher.messages.post(.remove(order, number: number))
    }

    func removed(_ number: UInt64, _ outcome: RemovalOutcome) {
        guard let waiting = removals.removeValue(forKey: number) else { return }
        let removal = waiting.order.removal
        let name = waiting.order.study
        removing.subtract(removal.sessions)
        switch outcome {
        case .failed(let error):
            log.error("what is to be removed of \(removal.participant) is not: \(error)")
            raise(
                Self.alarm(of: waiting.order),
                "Not everything of \(removal.participant) in \(name) could be removed: \(error). It is "
                    + "tried again when the daemon starts.")
            waiting.call?.fail(StudyRefusal.storageFailed(reason: "\(error)"))
        case .done(let result):
            let told = RemovalInfo(
                name, removal, isTrial: waiting.order.isTrial, result, backup: settings.backup)
            if !waiting.order.isTrial { end(waiting.order, result, told) }
            waiting.call?.reply(StudyInterface.Withdraw.Reply(removal: told))
        }
    }

    /// One of a participant and what they take back: it ends with a later removal that is proven.
    private static func alarm(of order: RemovalOrder) -> String {
        "removal:\(order.study)/\(order.removal.participant):\(order.removal.scope)"
    }

    private func end(_ order: RemovalOrder, _ result: RemovalResult, _ told: RemovalInfo) {
        let removal = order.removal
        for head in result.heads { anchors.post(head) }
        if order.tier == nil {
            // There is nothing more to finish.
            for path in order.sessions.map(order.path) {
                unfinished[path] = nil
                lower("finish:\(path)")
            }
        }
        note(
            "remove",
            [
                ("participant", JSONText.string(removal.participant)),
                ("scope", JSONText.string(removal.scope)),
                ("reason", JSONText.string(removal.reason)),
                ("removal", JSONText.string(removal.identifier)),
                ("sessions", JSONText.list(removal.sessions)),
                ("files", "\(result.files.count)"), ("proven", "\(told.proven)"),
            ], study: order.study, actor: removal.actor)
        do throws(SessionStoreError) {
            try order.database.end(removal, realtime: Clocks.realtime())
        } catch {
            log.error(
                "the removal \(removal.identifier) is done, and cannot be noted as such: \(error)")
        }
        if told.proven {
            // What an earlier search found is gone.
            lower(Self.alarm(of: order))
        } else {
            raise(
                Self.alarm(of: order),
                told.found.isEmpty
                    ? "\(removal.scope) of \(removal.participant) in \(order.study) is deleted, and there "
                        + "was nothing by which what is left could be searched for copies"
                    : "Something of \(removal.participant) in \(order.study) is still there: "
                        + told.found.prefix(5).joined(separator: "; ")
                        + ". Delete it, and withdraw once more.")
        }
        log.notice(
            "\(removal.scope) of \(removal.participant) in \(order.study) is removed: \(result.files.count) files"
        )
    }

    /// Goes on with what a daemon before this one had begun.
    func takeUpRemovals() {
        for name in StudyCatalogue.studies(data: data) {
            do throws(SessionStoreError) {
                let database = try study(name)
                for removal in try database.openRemovals() {
                    log.notice("the removal of \(removal.scope) of \(removal.participant) goes on")
                    let withdrawn = try database.roster().contains {
                        $0.participant.code == removal.participant && $0.status == .withdrawn
                    }
                    let left = try database.sessions().filter {
                        $0.participant == removal.participant
                            && !removal.sessions.contains($0.identifier)
                    }
                    let isWhole =
                        ConsentTier.Name(rawValue: removal.scope) == nil && left.isEmpty
                        && withdrawn && removal.reason == "withdrawn"
                    wait(
                        WaitingRemoval(
                            order: try order(
                                removal, study: name, database, isTrial: false, isWhole: isWhole),
                            call: nil))
                }
            } catch {
                log.error("what is to be removed in study \(name) cannot be read: \(error)")
            }
        }
    }

    // MARK: - What is told

    func listTombstones(_ call: VarlinkCall) throws {
        let asked = try call.parameters(of: StudyInterface.ListTombstones.self)
        let names = asked.study.map { [$0] } ?? StudyCatalogue.studies(data: data).sorted()
        var told: [TombstoneInfo] = []
        for name in names {
            told += try known(name).tombstones().map {
                TombstoneInfo(
                    study: name, session: $0.session, participant: $0.participant,
                    scope: $0.scope, auditRow: $0.auditRow, madeUtcNs: $0.realtime)
            }
        }
        call.reply(StudyInterface.ListTombstones.Reply(tombstones: told))
    }

    func listDue(_ call: VarlinkCall) throws {
        let asked = try call.parameters(of: StudyInterface.ListDue.self)
        let now = Clocks.realtime()
        let used = try protocols(asked.study).last
        var due: [DueInfo] = []
        for entry in try known(asked.study).sessions() {
            guard let stopped = entry.stoppedRealtime,
                let days = retentionDays(of: entry, study: asked.study, used)
            else { continue }
            let until = stopped + Int64(days) * 86_400_000_000_000
            guard until <= now else { continue }
            due.append(
                DueInfo(
                    participant: entry.participant, session: entry.identifier,
                    kind: entry.kind.rawValue, stoppedUtcNs: stopped, retentionUntilUtcNs: until))
        }
        call.reply(StudyInterface.ListDue.Reply(due: due))
    }

    /// The storage period that the participant agreed to: that of the session's own protocol.
    private func retentionDays(
        of entry: IndexedSession, study name: String, _ used: StoredProtocol?
    ) -> Int? {
        let path = "\(data)/\(name)/\(entry.file)"
        var text = used?.text
        do throws(SessionStoreError) {
            let reader = try SessionReader.open(at: path, alignment: .recorded)
            text = try reader.session().description.protocolText
            try reader.close()
        } catch {
            log.warning("\(path) cannot be read for its storage period: \(error)")
        }
        return text.flatMap { ProtocolAccess.plan(of: $0)?.retentionDays }
    }
}

extension RemovalInfo {
    /// - Parameter backup: the backup place; nil where there is none.
    init(
        _ study: String, _ removal: Removal, isTrial: Bool, _ result: RemovalResult,
        backup: String?
    ) {
        var beyond: [String] = []
        for line in result.beyond where !beyond.contains(line) { beyond.append(line) }
        self.init(
            study: study, participant: removal.participant, scope: removal.scope, trial: isTrial,
            sessions: removal.sessions, files: result.files, rows: result.rows,
            bytes: result.bytes, searchedFiles: result.search.files,
            searchedBytes: result.search.bytes, searchedChunks: result.search.chunks,
            searchedTexts: result.texts, searchedSequences: result.sequences,
            searchedIds: result.identifiers, checkedFiles: result.checkedFiles,
            unsearched: result.unsearched.map(\.rawValue),
            proven: !isTrial && result.isSearched && result.search.found.isEmpty,
            found: result.search.found,
            elsewhere: [
                "attune-chat: what it keeps of these sessions on its disk, as soon as it runs",
                "attune-console: exports that hold these sessions, as soon as it runs",
            ]
                + (backup.map {
                    ["the backup place \($0): copies of these sessions, as soon as it is there"]
                } ?? []),
            beyond: beyond + [
                "exports and frozen datasets that were handed on or lie outside of the data directory",
                "backups and snapshots of the data directory: the tombstones in study.db tell which "
                    + "files must not be taken back",
                "what a disk keeps in blocks that are free again",
            ])
    }
}
