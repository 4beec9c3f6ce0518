import Link
import SessionStore
import SystemCalls
import Timebase

/// What the finisher says of sessions that have stopped.
extension Station {
    func finished(_ path: String, _ outcome: FinishOutcome) {
        switch outcome {
        case .finished(let sha256, let size):
            log.info("\(path) is finished: \(size) bytes, SHA-256 \(sha256)")
            lower("finish:\(path)")
            indexFinished(
                OwedRows.Finished(
                    path: path, sha256: sha256, size: size, realtime: Clocks.realtime()))
            noteFinished(path, sha256: sha256)
        case .failed(let reason):
            log.error("\(path) could not be finished: \(reason)")
            raise(
                "finish:\(path)",
                "\(path) could not be finished: \(reason) It is tried again each minute.")
            unfinished[path] = Clocks.now() + 60_000_000_000
        }
    }

    /// The hash of the finished file is part of the study's audit trail, and so in the journal.
    private func noteFinished(_ path: String, sha256: String) {
        do throws(SessionStoreError) {
            let reader = try SessionReader.open(at: path, alignment: .recorded)
            let description = try reader.session().description
            try reader.close()
            note(
                "session finish",
                [
                    ("session", JSONText.string(description.identifier)),
                    ("sha256", JSONText.string(sha256)),
                ], study: description.study, actor: "attuned")
        } catch {
            log.error("\(path) cannot be read for the audit trail: \(error)")
        }
    }

    func reported(_ path: String, failure: String?) {
        guard let failure else { return log.info("the quality report of \(path) is written") }
        log.warning("\(path) has no quality report: \(failure)")
    }

    /// Tries again to finish what could not be finished.
    func finishAgain(_ now: Instant) {
        guard !unfinished.isEmpty else { return }
        let going = removals.values.filter { !$0.order.isTrial && $0.order.tier == nil }
        let paths = Set(going.flatMap { $0.order.sessions.map($0.order.path) })
        for (path, due) in unfinished where now >= due && !paths.contains(path) {
            unfinished[path] = nil
            finisher.messages.post(.session(path: path))
        }
    }
}
