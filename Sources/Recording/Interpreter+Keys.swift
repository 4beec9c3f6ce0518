import LinuxDevices
import SessionStore
import Timebase

/// Keys and pointers.
extension Interpreter {
    func input(_ bytes: UnsafeRawBufferPointer, _ source: SourceState) {
        guard let session = source.session, let keys = source.streams.first else { return }
        source.isDirty = true
        var offset = 0
        while offset + InputRecord.byteCount <= bytes.count {
            let slice = unsafe UnsafeRawBufferPointer(
                rebasing: bytes[offset..<offset + InputRecord.byteCount])
            offset += InputRecord.byteCount
            guard let record = unsafe InputRecord(slice) else {
                session.fault(keys, "unparsable")
                continue
            }
            take(record, source, session, keys)
        }
    }

    private func take(
        _ record: InputRecord, _ source: SourceState, _ session: SessionRecorder, _ keys: Int64
    ) {
        source.health.lastSample = record.stamp
        let bound = session.streams[keys]?.description.delayUncertainty ?? 0
        switch record.action {
        case .press, .buttonPress:
            guard let keyClass = record.keyClass else { return }
            source.health.samples += 1
            let ordinal = source.keys.press(keyClass, at: record.stamp)
            session.press(
                KeyPress(
                    stream: keys, ordinal: ordinal, pressed: record.stamp,
                    keyClass: keyClass.name, code: record.code, bound: bound))
            if followed.contains(session.number) {
                live.append(
                    LiveFeed.Item(
                        session: session.number,
                        stream: session.streams[keys]?.description.name ?? "",
                        time: record.stamp, bound: bound, channels: [],
                        content: .event(#"{"class":"\#(keyClass.name)","action":"press"}"#),
                        arrival: record.stamp))
            }
        case .release, .buttonRelease:
            guard let keyClass = record.keyClass,
                let found = source.keys.release(keyClass, at: record.stamp)
            else { return }
            session.release(
                KeyRelease(
                    stream: keys, ordinal: found.ordinal, released: record.stamp,
                    pairing: found.pairing))
        case .dropped:
            source.keys.forgetHeld()
            gapInKeys(source, session, keys, .dropped, until: record.stamp, lost: 0)
            if source.streams.count > 1 {
                session.streams[source.streams[1]]?.interrupt(.dropped, keepsPosition: true)
            }
        case .motion, .wheel:
            guard source.streams.count > 1, let motion = session.streams[source.streams[1]]
            else { return }
            let isMotion = record.action == .motion
            let moved = (Int64(record.horizontal), Int64(record.vertical))
            motion.take(
                [
                    .integers([isMotion ? moved.0 : 0]), .integers([isMotion ? moved.1 : 0]),
                    .integers([isMotion ? 0 : moved.0]), .integers([isMotion ? 0 : moved.1]),
                ], count: 1, arrival: record.stamp, breaks: [])
        }
    }

    /// Nanoseconds between two key presses that nobody types faster than over any length of time.
    private static let fastestPress: Int64 = 40_000_000

    /// A gap in a stream of keystrokes. Nobody knows how many a person would have made: none is
    /// estimated, and the bound is what a person could have made in that time.
    func gapInKeys(
        _ source: SourceState, _ session: SessionRecorder, _ stream: Int64, _ cause: Gap.Cause,
        until end: Instant, lost: Int64
    ) {
        let start = min(source.keys.lastTime ?? session.started, end)
        session.gap(
            stream,
            Gap(
                cause: cause, afterIndex: source.keys.nextOrdinal - 1, start: start, end: end,
                lost: lost, lostBound: (end - start) / Self.fastestPress + 1))
    }

    /// A device is closed on purpose: what is missing, and which keys are down, nobody knows until it
    /// is opened again.
    func paused(_ source: SourceState, at time: Instant) {
        source.health.isOpen = false
        source.mayBeKept = false
        if source.interruption != .pause { source.pausedSince = source.isWithheld ? nil : time }
        source.isWithheld = false
        source.keys.forgetHeld()
        if let session = source.session { source.keys.begin(at: session.started) }
        source.isDirty = true
        // What is missing because of a restart is in the file already.
        if source.interruption == nil || source.interruption == .restart {
            source.interruption = .pause
        }
        interrupt(source, .pause, keepsPosition: false)
    }

    /// Closes what is missing at a session's end, where a keyboard is not being read then.
    func endPauses(of session: SessionRecorder, readUpTo position: UInt64) {
        guard let end = session.end(readUpTo: position) else { return }
        for source in sources.values
        where source.session === session && source.interruption == .pause {
            source.interruption = nil
            switch source.content {
            case .keyboard, .pointer:
                guard let keys = source.streams.first else { continue }
                gapInKeys(source, session, keys, .pause, until: end, lost: 0)
            case .device, .linked: endedPaused(source, session, at: end)
            }
        }
    }
}
