import Glibc
import Link
import LinuxDevices
import ServiceManagement
import SessionStore
import SystemCalls
import Timebase

/// The control thread's loop.
extension Station {
    /// Serves until SIGTERM or SIGINT; all sessions are stopped durably then.
    public func run() throws {
        notifyManager("READY=1")
        lookForBackups()
        giveBackSoon()
        note(
            "daemon start",
            [("version", JSONText.string(Self.version)), ("boot", JSONText.string(boot))])
        log.info("attuned is ready: data in \(data), socket \(Places.socket(runtime: runtime))")
        while true {
            heart.beat()
            try epoll.wait(milliseconds: pause()) { token, _ in
                switch token {
                case Token.server: serve()
                case Token.notices: takeNotices()
                case Token.signals: while let signal = signals.next() { end(signal) }
                case Token.monitor: takeUdevEvents()
                default: break
                }
            }
            tick()
            if isStopping && isReadyToEnd { break }
        }
        shutDown()
        guard sessions.isEmpty else { throw unstored() }
    }

    /// Gives pages back once what was begun just now is in its usual way.
    func giveBackSoon() { givesBackAt = Clocks.now() + 2_000_000_000 }

    /// Milliseconds until something is due.
    private func pause() -> Int32 {
        if isStopping || isTickDue || isHealthDue { return 20 }
        // One more, so that it is not a moment too early.
        let silence = nextSilence.map { ($0 - Clocks.now()) / 1_000_000 + 1 } ?? 250
        return Int32(clamping: max(1, min(250, silence)))
    }

    private func tick() {
        let now = Clocks.now()
        // Live pieces wake this thread hundreds of times a second; what follows has more time.
        isTickDue = now - lastTick < 20_000_000
        if isTickDue { return }
        lastTick = now
        endHearing(now)
        tendDevices(now)
        reviewAlarms(now)
        pauseForNeglectedAlarms(now)
        writeOwed(now)
        watchGrowthAndClock(now)
        reviewBackup(now)
        answerHeldUpStops(now)
        stopOwed()
        finishAgain(now)
        if let due = givesBackAt, now >= due {
            givesBackAt = nil
            ResidentMemory.giveBackFilePages()
            lockMemory()
        }
    }

    private func end(_ signal: Int32) {
        guard !isStopping else { return }
        log.info("\(signal == SIGINT ? "SIGINT" : "SIGTERM"): stopping")
        isStopping = true
        stopDeadline = Clocks.now() + Self.stopLimit
        notifyManager("STOPPING=1")
        for session in sessions.values where session.state == .recording {
            do throws(ControlError) {
                try audit(
                    "session stop", [("reason", JSONText.string("the daemon was stopped"))],
                    of: session, actor: "attuned")
            } catch {
                log.error("\(session.identifier): its stop is missing in the audit trail: \(error)")
            }
            stop(session, outcome: nil, reason: "the daemon was stopped")
        }
    }

    private var isReadyToEnd: Bool {
        if sessions.isEmpty { return true }
        guard let stopDeadline, Clocks.now() > stopDeadline || isHeldUp(stopDeadline) else {
            return false
        }
        log.error("\(sessions.count) sessions could not be stopped in time; they stay resumable")
        return true
    }

    private func serve() {
        do throws(LinkError) {
            try server.process()
        } catch {
            log.error("the link server: \(error)")
        }
    }

    private func shutDown() {
        // From here on threads end one after another; the manager limits how long that may take.
        watchdog?.finish()
        for device in devices.values { forgetDescriptor(device) }
        // First, while they are still read: a packet that nobody takes would end the connection before
        // the device is told to stop.
        stopBluetooth()
        acquisition.finish()
        sequencer.finish()
        store.finish()
        markerOutput?.finish()
        backup?.finish()
        for device in devices.values.sorted(by: { $0.id < $1.id })
        where device.kind == .serial && device.isOpen && device.address == nil {
            tellToStop(device)
            dropCopy(device)
        }
        writeOwed()
        note("daemon end")
        endAnchoring()
        for study in studies.values { try? study.close() }
        if sessions.isEmpty {
            try? acquisitionRing.remove()
            try? controlRing.remove()
        }
        log.info(
            sessions.isEmpty
                ? "attuned has ended" : "attuned has ended; what is not stored is in \(runtime)")
    }

    /// Over the copy of its descriptor: a port that another process holds for itself, as the service
    /// manager may for a moment still, cannot be opened anew.
    private func tellToStop(_ device: ManagedDevice) {
        guard device.copy >= 0 else { return }
        do {
            try DeviceOpener.stop(device.profile, device.copy)
        } catch {
            log.warning("\(device.name) was not told to stop: \(error)")
        }
    }

    func notifyManager(_ state: String) { _ = try? ServiceManager.notify(state) }

    func takeNotices() {
        for notice in notices.takeAll() {
            switch notice {
            case .sourceRemoved(let id): inputClosed(id)
            case .sourceEnded(let id, let code): sourceEnded(id, code)
            case .acquisitionFailed(let error):
                log.critical("the reader cannot go on: \(error)")
                raise("acquisition", "The reader has failed: \(error). Restart attuned.")
            case .deviceOpened(let id, let result): deviceOpened(id, result)
            case .threadStalled(let name, let isStalled): threadStalled(name, isStalled)
            case .markSent(let outcome): markSent(outcome)
            case .sleepHeldOff(let hold): sleepHeldOff(hold)
            case .bluetooth(let notice): take(notice)
            case .committed(let notice): committed(notice)
            case .audited(let head): anchors.post(head)
            case .commitFailed(let session, let error): commitFailed(session, error)
            case .checkpointFailed(let session, let error): checkpointFailed(session, error)
            case .reserveFailed(let session, let error): reserveFailed(session, error)
            case .roomSpent(let session): roomSpent(session)
            case .live: deliverLive()
            case .finished(let path, let outcome):
                finished(path, outcome)
                lookForBackups()
            case .reported(let path, let failure):
                reported(path, failure: failure)
                lookForBackups()
            case .aligned(let number, let outcome):
                aligned(number, outcome)
                lookForBackups()
            case .corrected(let number, let outcome):
                corrected(number, outcome)
                lookForBackups()
            case .reviewed(let number, let outcome):
                reviewed(number, outcome)
                lookForBackups()
            case .removed(let number, let outcome):
                removed(number, outcome)
                lookForBackups()
            case .redacted(let number, let outcome):
                redacted(number, outcome)
                lookForBackups()
            case .fitted(let number, let checks): fitted(number, checks)
            case .backedUp(let study, let entry): backedUp(study, entry)
            case .backupFailed(let file, let reason): backupFailed(file, reason)
            case .backupRemoved(let study, let file, let place):
                backupRemoved(study, file: file, place: place)
            }
        }
    }

    private func threadStalled(_ name: String, _ isStalled: Bool) {
        let code = "thread:\(name)"
        guard isStalled else { return lower(code) }
        raise(code, "The daemon's thread '\(name)' hangs: restart attuned.")
    }

    /// Once what only starting needed is given back, what recording needs stays in memory: reading must not
    /// wait for a disk that other programs keep busy.
    private func lockMemory() {
        guard !isMemoryLocked else { return }
        isMemoryLocked = true
        do throws(SystemError) {
            if try ProcessProtection.lockMemory() {
                log.info("what is in memory stays there")
            }
        } catch {
            log.warning("memory cannot be locked: \(error)")
        }
    }

    // MARK: - Alarms

    /// - Parameter hasFigures: the text goes on changing, which is not worth a line each time.
    func raise(
        _ code: String, _ text: String, session: String? = nil, device: String? = nil,
        hasFigures: Bool = false
    ) {
        let now = Clocks.now()
        if alarms[code] == nil || alarms[code]?.text != text {
            note(text, as: hasFigures ? code : text, now)
        }
        let since = alarms[code]?.sinceNs ?? now.nanoseconds
        alarms[code] = Alarm(
            code: code, text: text, sinceNs: since, session: session, device: device,
            acknowledged: alarms[code]?.acknowledged ?? false)
    }

    /// Writes what an alarm says into the log, the same at most once a minute.
    private func note(_ text: String, as key: String, _ now: Instant) {
        guard alarmsLogged[key] == nil || now - (alarmsLogged[key] ?? now) >= 60_000_000_000 else {
            return
        }
        alarmsLogged = alarmsLogged.filter { now - $0.value < 60_000_000_000 }
        alarmsLogged[key] = now
        log.warning("\(text)")
    }

    func lower(_ code: String) {
        guard let alarm = alarms.removeValue(forKey: code) else { return }
        alarmsLogged[code] = nil
        alarmsLogged[alarm.text] = nil
        log.info("alarm '\(code)' is over")
    }

    private func reviewAlarms(_ now: Instant) {
        let snapshot = board.read()
        reviewSources(snapshot, now)
        reviewStorage(now)
    }
}

extension Duration {
    /// Nanoseconds, saturating.
    var nanoseconds: Int64 {
        let (seconds, attoseconds) = components
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        return overflow ? .max : product + attoseconds / 1_000_000_000
    }
}
