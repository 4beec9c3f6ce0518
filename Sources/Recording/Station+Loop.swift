import Glibc
import Link
import LinuxDevices
import SessionStore
import SystemCalls
import Timebase

/// The control thread's loop.
extension Station {
    /// Serves until SIGTERM or SIGINT; all sessions are stopped durably then.
    public func run() throws {
        notifyManager("READY=1")
        giveBackSoon()
        log.info("attuned is ready: data in \(data), socket \(Places.socket(runtime: runtime))")
        while true {
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
    }

    /// Gives pages back once what was begun just now is in its usual way.
    func giveBackSoon() { givesBackAt = Clocks.now() + 2_000_000_000 }

    /// Milliseconds until something is due.
    private func pause() -> Int32 { isStopping || isTickDue ? 20 : 250 }

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
        if let due = givesBackAt, now >= due {
            givesBackAt = nil
            ResidentMemory.giveBackFilePages()
        }
        if let watchdog, now - lastWatchdog >= watchdog.nanoseconds / 3 {
            lastWatchdog = now
            notifyManager("WATCHDOG=1")
        }
    }

    private func end(_ signal: Int32) {
        guard !isStopping else { return }
        log.info("\(signal == SIGINT ? "SIGINT" : "SIGTERM"): stopping")
        isStopping = true
        stopDeadline = Clocks.now() + 30_000_000_000
        notifyManager("STOPPING=1")
        for session in sessions.values where session.state == .recording {
            stop(session, outcome: nil, reason: "the daemon was stopped")
        }
    }

    private var isReadyToEnd: Bool {
        if sessions.isEmpty { return true }
        guard let stopDeadline, Clocks.now() > stopDeadline else { return false }
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
        // First, while they are still read: a packet that nobody takes would end the connection before
        // the device is told to stop.
        stopBluetooth()
        acquisition.finish()
        sequencer.finish()
        store.finish()
        markerOutput?.finish()
        for device in devices.values where device.kind == .serial && device.isOpen {
            if device.address != nil { continue }
            DeviceOpener.stop(device.profile, path: device.node)
        }
        writeOwed()
        for study in studies.values { try? study.close() }
        if sessions.isEmpty {
            try? acquisitionRing.remove()
            try? controlRing.remove()
        }
        log.info("attuned has ended")
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
            case .markSent(let outcome): markSent(outcome)
            case .bluetooth(let notice): take(notice)
            case .committed(let notice): committed(notice)
            case .commitFailed(let session, let error): commitFailed(session, error)
            case .live: deliverLive()
            case .finished(let path, let outcome): finished(path, outcome)
            case .reported(let path, let failure): reported(path, failure: failure)
            case .aligned(let number, let outcome): aligned(number, outcome)
            case .corrected(let number, let outcome): corrected(number, outcome)
            case .reviewed(let number, let outcome): reviewed(number, outcome)
            case .fitted(let number, let checks): fitted(number, checks)
            }
        }
    }

    private func committed(_ notice: CommitNotice) {
        lower("store")
        lastCommit = notice.began + notice.duration
        durableControl = max(durableControl, notice.control)
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

    private func commitFailed(_ number: UInt32, _ error: SessionStoreError) {
        raise(
            "store",
            "Session \(sessions[number]?.identifier ?? "\(number)") cannot be written: \(error). "
                + "What is recorded waits in memory and is tried again.",
            session: sessions[number]?.identifier)
    }

    // MARK: - Alarms

    func raise(_ code: String, _ text: String, session: String? = nil, device: String? = nil) {
        if alarms[code]?.text != text { log.warning("\(text)") }
        let since = alarms[code]?.sinceNs ?? Clocks.now().nanoseconds
        alarms[code] = Alarm(
            code: code, text: text, sinceNs: since, session: session, device: device,
            acknowledged: alarms[code]?.acknowledged ?? false)
    }

    func lower(_ code: String) {
        if alarms.removeValue(forKey: code) != nil { log.info("alarm '\(code)' is over") }
    }

    private func reviewAlarms(_ now: Instant) {
        let snapshot = board.read()
        for device in devices.values {
            review(device, snapshot.sources[device.id], now)
        }
        if let free = try? FileSystem.freeBytes(data), free < 1 << 30 {
            raise("disk", "Only \(free >> 20) MiB are free in \(data): make room.")
        } else {
            lower("disk")
        }
        let overflowed = acquisitionRing.overflows().reduce(0) { $0 + $1.records }
        if overflowed > 0 {
            raise(
                "overflow",
                "\(overflowed) readings did not fit into the ring since the start: the disk is too "
                    + "slow, or ring_megabytes too small.")
        }
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
