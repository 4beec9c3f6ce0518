import Link
import Timebase

/// How devices and linked streams are: silent, badly received, nearly without charge.
extension Station {
    /// Judges all sources by what came of them up to the moment that the sequencer knows of.
    func reviewSources(_ snapshot: StationSnapshot, _ now: Instant) {
        nextSilence = nil
        for device in devices.values { review(device, snapshot, now) }
        for session in sessions.values where session.state == .recording {
            for client in session.clients.values { review(client, of: session, snapshot) }
        }
        // Something may have fallen silent since the sequencer looked last; or it is behind.
        isHealthDue = nextSilence.map { $0 <= now } ?? false
        if isHealthDue { sequencer.messages.post(.report) }
    }

    /// Judges a device, and lets it start anew if it only listened in vain.
    private func review(_ device: ManagedDevice, _ snapshot: StationSnapshot, _ now: Instant) {
        let health = snapshot.sources[device.id] ?? SourceHealth()
        let code = "silent:\(device.name)"
        device.rate.note(health.samples, at: now)
        guard !device.isInput else { return }
        if device.state == .paused { return lowerHealth(of: device) }
        guard device.isOpen else {
            // One that is just being opened, as at a start, is nothing to report.
            if device.isOpening || device.nextTry.nanoseconds == 0 { return }
            lowerHealth(of: device, but: code)
            if device.session != nil {
                raise(
                    code, "\(device.name) is \(device.state.rawValue): \(device.reason)",
                    session: identifier(of: device), device: device.name)
            } else {
                lower(code)
            }
            return
        }
        let arrivals = health.arrivals(device.silence.streams.count)
        let silences = device.silence.silences(
            arrivals, since: device.openedAt, known: snapshot.known)
        expect(
            device.silence.nextDeadline(
                arrivals, since: device.openedAt, after: snapshot.known))
        reviewStreams(device, silences)
        guard let silence = silences.first(where: { $0.stream == nil }) else {
            if device.state == .silent { device.state = .streaming }
            if arrivals.contains(where: { $0.map { $0 > device.openedAt } ?? false }) {
                device.isResuming = false
            }
            lower(code)
            reviewDelivery(device, health)
            return
        }
        device.state = .silent
        device.reason = "no sample for \((snapshot.known - silence.since) / 1_000_000) ms"
        raise(
            code, "\(device.name) is silent: check its cable, its battery, and that it is started.",
            session: identifier(of: device), device: device.name)
        if device.isResuming {
            // It was only listened to, in the hope that it still sends. It does not: start it.
            device.isResuming = false
            device.isOpen = false
            device.nextTry = now
            dropCopy(device)
            forgetDescriptor(device)
            acquisition.commands.post(.remove(source: device.id))
            if device.isLinked { bluetooth?.close(id: device.id) }
        }
    }

    /// Streams that are silent while others of the same device go on.
    private func reviewStreams(_ device: ManagedDevice, _ silences: [SilenceWatch.Silence]) {
        let silent = Set(silences.compactMap(\.stream))
        for stream in device.silentStreams.subtracting(silent) {
            lower("silent:\(device.name).\(stream)")
        }
        for stream in silent {
            raise(
                "silent:\(device.name).\(stream)",
                "\(device.name) gives no \(stream) any more, while its other values come: check its "
                    + "electrodes, and start it anew if that does not help.",
                session: identifier(of: device), device: device.name)
        }
        device.silentStreams = silent
    }

    /// How much of what a device should give arrives.
    private func reviewDelivery(_ device: ManagedDevice, _ health: SourceHealth) {
        for (index, stream) in health.streams.enumerated() {
            guard let arrival = stream.lastArrival, arrival > device.openedAt else { continue }
            device.delivery[index]?.note(samples: stream.samples, arrival: arrival)
        }
        let code = "link:\(device.name)"
        let worst = device.delivery.values.filter(\.isPoor).compactMap(\.share).min()
        guard let worst else { return lower(code) }
        guard alarms[code] == nil else { return }
        raise(
            code,
            "Only \(Int((worst * 100).rounded(.down)))% of what \(device.name) measures arrives: bring "
                + "it nearer, take what stands between away, and check its cable.",
            session: identifier(of: device), device: device.name)
    }

    /// Takes note of what a device tells of its battery.
    func noteBattery(_ percent: Int, of device: ManagedDevice) {
        device.battery = percent
        let code = "battery:\(device.name)"
        guard device.lowBattery.note(Double(percent)) else { return lower(code) }
        raise(
            code, "The battery of \(device.name) is at \(percent)%: charge or change it.",
            session: identifier(of: device), device: device.name)
    }

    /// A linked client's signals that ended without its saying so.
    private func review(
        _ client: ActiveSession.Client, of session: ActiveSession, _ snapshot: StationSnapshot
    ) {
        guard let source = client.source, !client.streams.isEmpty else { return }
        let codes = client.streams.map { "silent:\(client.name).\($0.name)@\(session.number)" }
        guard client.isWithheld != true, let health = snapshot.sources[source] else {
            for code in codes { lower(code) }
            return
        }
        let watch = SilenceWatch(client.streams)
        let arrivals = health.arrivals(client.streams.count)
        // Nothing was opened here: what has never come is not missed.
        let since = arrivals.contains { $0 != nil } ? Instant(nanoseconds: 0) : snapshot.known
        var silent: Set<String> = []
        for silence in watch.silences(arrivals, since: since, known: snapshot.known) {
            if let stream = silence.stream {
                silent.insert(stream)
            } else {
                silent.formUnion(
                    zip(watch.streams, arrivals).filter {
                        $0.limit < SilenceWatch.never && $1 != nil
                    }
                    .map(\.0.name))
            }
        }
        expect(watch.nextDeadline(arrivals, since: since, after: snapshot.known))
        for (code, stream) in zip(codes, client.streams) {
            guard silent.contains(stream.name) else {
                lower(code)
                continue
            }
            raise(
                code,
                "\(client.name) brings no \(stream.name) any more: check the device, and the program "
                    + "that brings it.",
                session: session.identifier, device: client.name)
        }
    }

    /// Takes back what was said of a session's linked clients.
    func lowerHealth(of session: ActiveSession) {
        for client in session.clients.values {
            for stream in client.streams {
                lower("silent:\(client.name).\(stream.name)@\(session.number)")
            }
        }
    }

    /// Takes back what was said of a device, as far as it follows from what it sends.
    private func lowerHealth(of device: ManagedDevice, but kept: String? = nil) {
        let codes =
            ["silent:\(device.name)", "link:\(device.name)"]
            + device.silentStreams.map { "silent:\(device.name).\($0)" }
        for code in codes where code != kept { lower(code) }
        device.silentStreams = []
    }

    private func identifier(of device: ManagedDevice) -> String? {
        device.session.flatMap { sessions[$0]?.identifier }
    }

    /// Remembers when something may fall silent.
    private func expect(_ deadline: Instant?) {
        guard let deadline else { return }
        nextSilence = min(nextSilence ?? deadline, deadline)
    }
}
