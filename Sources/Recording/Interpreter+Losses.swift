import Ring
import SessionStore
import Timebase

/// What did not fit into the ring.
extension Interpreter {
    func overflowed(_ source: SourceState, _ record: RingRecord) {
        guard let overflow = record.overflow else { return }
        overflowed(source, overflow, at: record.stamp)
    }

    /// Takes what a ring lost and had no more room to tell before its writer ended.
    /// - Parameter position: the ring's end; a session that is stored so far knows of it already.
    func take(_ overflow: RingOverflow, toldAt position: UInt64) {
        guard let source = sources[overflow.source] else { return }
        if let session = source.session, session.positions.acquisition > position { return }
        overflowed(source, overflow, at: overflow.lastStamp)
    }

    private func overflowed(_ source: SourceState, _ overflow: RingOverflow, at stamp: Instant) {
        // Packets that somebody else read come without their size.
        breakOff(source, stamp, lost: overflow.bytes > 0 ? Int64(clamping: overflow.bytes) : nil)
        source.isDirty = true
        // A ring that stays full may tell only now what it lost before the session began.
        guard let session = source.session, stamp >= session.started else { return }
        interrupt(source, .overflow, keepsPosition: true)
        for stream in source.streams { session.streams[stream]?.lost(until: stamp) }
        guard let stream = source.streams.first else { return }
        switch source.content {
        case .keyboard, .pointer:
            source.keys.forgetHeld()
            gapInKeys(
                source, session, stream, .overflow, until: stamp,
                lost: Int64(clamping: overflow.records))
        case .device, .linked: break
        }
    }

    /// Tells what was lost between the last samples of a session and its end: no later sample shows it.
    /// - Parameter untold: what the ring lost and no record that was read tells of.
    func endLosses(
        of session: SessionRecorder, readUpTo position: UInt64, untold: [RingOverflow] = []
    ) {
        guard let end = session.end(readUpTo: position) else { return }
        for overflow in untold where overflow.firstStamp <= end {
            guard let source = sources[overflow.source], source.session === session,
                !source.isWithheld
            else { continue }
            overflowed(source, overflow, at: min(overflow.lastStamp, end))
        }
        var counted: [Int64: Int64] = [:]
        for source in sources.values where source.session === session {
            for (stream, missing) in zip(source.streams, source.decoder?.missing ?? []) {
                counted[stream] = missing
            }
        }
        for stream in session.streams.values {
            let missing = counted[stream.id]
            if let gap = stream.lossAtEnd(of: session.started, end, counted: missing) {
                session.gap(stream.id, gap)
            }
        }
    }
}

extension StreamRecorder {
    /// The gap behind the last sample, where the ring had no more room for what came.
    /// - Parameters:
    ///   - started: when the session began.
    ///   - end: when it ended.
    ///   - counted: how many samples are missing by the bytes that were lost.
    fileprivate func lossAtEnd(of started: Instant, _ end: Instant, counted: Int64?) -> Gap? {
        guard !description.channels.isEmpty,
            lostUntil != nil || clock.openInterruption == .overflow
        else { return nil }
        // After a crash nobody knows when the last of it came.
        var gap = missing(.overflow, since: started, until: min(lostUntil ?? end, end))
        // What was under way is in the time that passed, and not in the bytes; but bytes were lost, whatever the
        // time says, where a device sends faster than it was set to. Where the session has no sample, some of them
        // may be from before it.
        if let counted, samples > 0, let lostUntil, lostUntil <= end,
            counted - gap.lost > gap.lostBound
        {
            gap.lost = counted
        }
        return gap
    }
}
