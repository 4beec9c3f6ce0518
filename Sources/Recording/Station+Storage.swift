import Link
import SessionStore
import SystemCalls
import Timebase

/// What the store tells, and what becomes of a disk that is full, slow, or cannot be written.
extension Station {
    /// Nanoseconds that ending sessions may take when the daemon is told to end.
    static let stopLimit: Int64 = 30_000_000_000
    /// The same where the disk refuses to be written all the while: what waits is kept in the rings.
    static let refusedStopLimit: Int64 = 5_000_000_000
    /// A commit that takes longer is told: readings wait in memory meanwhile.
    static let slowCommit: Int64 = 600_000_000
    /// A caller who stops a session is told after so long that the disk holds it up.
    static let stopPatience: Int64 = 8_000_000_000

    func committed(_ notice: CommitNotice) {
        if notice.isWhole {
            lower("store")
            for code in ["checkpoint", "reserve"] where !commitComplaints.contains(code) {
                lower(code)
            }
            commitComplaints = []
        }
        lastCommit = notice.began + notice.duration
        durableControl = max(durableControl, notice.control)
        commits += 1
        commitCounts.note(milliseconds: Double(notice.duration) / 1e6)
        commitDurations.append(notice.duration)
        if commitDurations.count > 256 { commitDurations.removeFirst(128) }
        for session in sessions.values {
            for client in session.clients.values {
                while let first = client.underway.first, first.position <= notice.control {
                    client.durable = max(client.durable, first.sequence)
                    client.underway.removeFirst()
                }
            }
        }
        let due = acknowledgements.filter { $0.position <= notice.control }
        acknowledgements.removeAll { $0.position <= notice.control }
        for acknowledgement in due { acknowledgement.answer() }
        for number in notice.stopped { sessionStopped(number) }
    }

    func commitFailed(_ number: UInt32, _ error: SessionStoreError) {
        raise(
            "store",
            "Session \(name(number)) cannot be written: \(error). "
                + "What is recorded waits in memory and is tried again.",
            session: sessions[number]?.identifier)
    }

    func checkpointFailed(_ number: UInt32, _ error: SessionStoreError) {
        commitComplaints.insert("checkpoint")
        raise(
            "checkpoint",
            "Session \(name(number)) is stored, but its log cannot be brought into its file: \(error). "
                + "It is tried again.", session: sessions[number]?.identifier)
    }

    func reserveFailed(_ number: UInt32, _ error: SessionStoreError) {
        commitComplaints.insert("reserve")
        raise(
            "reserve",
            "The room that is kept for finishing session \(name(number)) could not grow: \(error).",
            session: sessions[number]?.identifier)
    }

    func roomSpent(_ number: UInt32) {
        log.warning(
            "The disk is full: session \(name(number)) is ended in the room that was kept for that."
        )
    }

    private func name(_ number: UInt32) -> String { sessions[number]?.identifier ?? "\(number)" }

    /// Says where a session has no room of its own.
    func tellRoom(of writer: SessionWriter, _ session: String) {
        if writer.keepsRoom { return }
        let text =
            "The file system of \(data) keeps no room for a file in advance: should the disk be full, "
            + "session \(session) is stopped and finished only when there is room again."
        log.warning("\(text)")
    }

    // MARK: - Alarms

    func reviewStorage(_ now: Instant) {
        let waiting = store.watch.waiting(at: now)
        if waiting > Self.slowCommit {
            let seconds = waiting / 1_000_000_000
            raise(
                "storage-slow",
                "The disk of \(data) has not answered for \(seconds < 1 ? "more than half a" : "\(seconds)") "
                    + "s. Reading goes on; what is recorded waits in memory.", hasFigures: true)
        } else {
            lower("storage-slow")
        }
        if (try? FileSystem.isReadOnly(data)) == true {
            raise(
                "read-only",
                "The file system of \(data) can only be read: look at the disk and mount it anew.")
        } else {
            lower("read-only")
        }
        if let free = try? FileSystem.freeBytes(data),
            let complaint = disk.complaint(
                DiskOutlook(free: free, bytesPerSecond: growth.bytesPerSecond))
        {
            raise("disk", "\(complaint) in \(data): make room.", hasFigures: true)
        } else {
            lower("disk")
        }
        reviewOverflow(now)
    }

    /// A loss is told until a minute after the last one; in the record it is a gap.
    private func reviewOverflow(_ now: Instant) {
        let records = acquisitionRing.overflows().reduce(0) { $0 + $1.records }
        if records > overflowed?.records ?? 0 { overflowed = (records, now) }
        guard let overflowed, now - overflowed.at < 60_000_000_000 else { return lower("overflow") }
        raise(
            "overflow",
            "\(records) readings did not fit into the ring since the start: the disk is too "
                + "slow, or ring_megabytes too small.", hasFigures: true)
    }

    // MARK: - Ends that the disk holds up

    /// Tells who stops a session that the disk does not take it. It is stopped as soon as it does.
    func answerHeldUpStops(_ now: Instant) {
        for session in sessions.values where session.state == .stopping {
            guard let asked = session.stopRequested, now - asked > Self.stopPatience,
                !session.stopCalls.isEmpty, let alarm = alarms["store"] ?? alarms["storage-slow"]
            else { continue }
            for call in session.stopCalls {
                call.fail(
                    ControlError.storageFailed(
                        reason:
                            "\(alarm.text) The session reads no more, and is stopped as soon as it "
                            + "can be written"))
            }
            session.stopCalls = []
        }
    }

    /// Whether there is no use in waiting longer for the sessions' ends.
    func isHeldUp(_ deadline: Instant) -> Bool {
        alarms["store"] != nil
            && Clocks.now() + Self.stopLimit - deadline > Self.refusedStopLimit
    }

    /// Why the daemon does not end well.
    func unstored() -> StationError {
        let names = sessions.values.map(\.path).sorted().joined(separator: ", ")
        return StationError(
            .unstored,
            "\(names): not everything could be written. What is missing waits in \(runtime) until the "
                + "machine is switched off: mend the disk or make room, and start attuned again.")
    }
}
