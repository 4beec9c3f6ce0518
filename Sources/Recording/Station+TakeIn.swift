import Glibc
import Link
import SessionStore
import SystemCalls

/// Sessions that this daemon did not record: imported ones, and copies from elsewhere. Their files lie in the
/// study's folder; the index learns of them here.
extension Station {
    func takeInSession(_ call: VarlinkCall) throws {
        let asked = try call.parameters(of: StudyInterface.TakeInSession.self)
        let row: SessionRow
        switch try stranger(asked.file, study: asked.study) {
        case .known(let session): return reply(call, session)
        case .refused(let reason):
            throw VarlinkError.invalidParameter("file", reason: reason)
        case .new(let found): row = found
        }
        takeIn(row, asked.file)
        note(
            "session take in",
            [
                ("session", JSONText.string(row.description.identifier)),
                ("file", JSONText.string(asked.file)),
            ], study: asked.study, actor: call.actor)
        reply(call, row.description.identifier)
    }

    private func reply(_ call: VarlinkCall, _ session: String) {
        call.reply(StudyInterface.TakeInSession.Reply(session: session))
    }

    /// Takes in all finished sessions that lie in studies' folders and that no index knows.
    func takeInStrays() {
        for name in (try? FileSystem.list(data)) ?? []
        where !name.hasPrefix(".") && (try? StudyDirectory.validate(name, "study")) != nil {
            let known = knownFiles(of: name)
            for participant in (try? FileSystem.list("\(data)/\(name)")) ?? []
            where (try? StudyDirectory.validate(participant, "participant")) != nil {
                for file in (try? FileSystem.list("\(data)/\(name)/\(participant)")) ?? [] {
                    let below = "\(participant)/\(file)"
                    guard !known.contains(below), Self.isSessionName(file) else { continue }
                    takeInStray(below, study: name)
                }
            }
        }
    }

    private func takeInStray(_ file: String, study name: String) {
        do {
            switch try stranger(file, study: name) {
            case .new(let row):
                log.notice("\(name)/\(file) was not in the index and is taken in")
                takeIn(row, file)
            case .refused(let reason): log.warning("\(name)/\(file) is not taken in: \(reason)")
            case .known: break
            }
        } catch {
            log.error("\(name)/\(file) cannot be read for the index: \(error)")
        }
    }

    private func knownFiles(of name: String) -> Set<String> {
        guard hasDatabase(study: name), let entries = try? study(name).sessions() else { return [] }
        return Set(entries.map(\.file))
    }

    /// The finisher hashes it and has its quality report written, as of any other session.
    private func takeIn(_ row: SessionRow, _ file: String) {
        var entry = IndexedSession(description: row.description, file: file, state: row.state)
        entry.stoppedRealtime = row.stoppedRealtime
        entry.outcome = row.outcome
        storeEntry(entry, in: row.description.study)
        finisher.messages.post(.session(path: "\(data)/\(row.description.study)/\(file)"))
    }

    private enum Stranger {
        case new(SessionRow)
        /// The index has it; its id.
        case known(String)
        /// It may not be taken in, for this reason.
        case refused(String)
    }

    private static func isSessionName(_ name: String) -> Bool {
        name.hasSuffix(".attune") && !name.hasPrefix(".")
    }

    /// Looks at a file that somebody laid into a study's folder.
    private func stranger(_ file: String, study name: String) throws -> Stranger {
        try StudyDirectory.validate(name, "study")
        let parts = file.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2, Self.isSessionName(parts[1]) else {
            return .refused("expected PARTICIPANT/NAME.attune below the study's folder")
        }
        try StudyDirectory.validate(parts[0], "participant")
        let path = "\(data)/\(name)/\(file)"
        var status = stat()
        guard unsafe lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            return .refused("\(path) is no file")
        }
        guard status.st_uid == geteuid(), StudyCatalogue.isReadOnly(path) else {
            return .refused(
                "\(path) has to be a finished session's file that belongs to the user of attuned")
        }
        let reader = try SessionReader.open(at: path, alignment: .recorded)
        defer { try? reader.close() }
        let row = try reader.session()
        guard row.finishedRealtime != nil else { return .refused("\(path) is not finished") }
        guard row.description.study == name, row.description.participant == parts[0] else {
            return .refused(
                "\(path) is a session of \(row.description.study)/\(row.description.participant)")
        }
        if let refusal = try TombstoneCheck.refusal(of: path) { return .refused(refusal) }
        let session = row.description.identifier
        if hasDatabase(study: name), let known = try study(name).session(session) {
            return known.file == file
                ? .known(session) : .refused("\(path) is a copy of \(known.file)")
        }
        return .new(row)
    }
}
