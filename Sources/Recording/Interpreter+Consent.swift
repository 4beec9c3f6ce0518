import SessionStore
import Timebase

/// What is missing for want of consent.
extension Interpreter {
    /// A linked client's signals are withheld from here on, or are stored again.
    func withhold(
        _ id: UInt32, _ isWithheld: Bool, _ session: SessionRecorder, at time: Instant
    ) {
        guard let source = sources[id], source.session === session else { return }
        source.isDirty = true
        if isWithheld {
            guard source.interruption != .pause else { return }
            source.interruption = .pause
            source.pausedSince = time
            interrupt(source, .pause, keepsPosition: false)
        } else if source.interruption == .pause {
            source.interruption = nil
            beganLate(source, session, at: time)
        }
    }

    /// Streams of a source that was closed before their first sample have their gap there; those that had
    /// samples before get it from their clock.
    func beganLate(_ source: SourceState, _ session: SessionRecorder, at time: Instant) {
        for stream in source.streams.compactMap({ session.streams[$0] })
        where stream.samples == 0 && !stream.description.channels.isEmpty {
            session.gap(
                stream.id,
                stream.missing(.pause, since: source.pausedSince ?? session.started, until: time))
        }
    }

    /// The gap that reaches from a closed source's last samples to the session's end.
    func endedPaused(_ source: SourceState, _ session: SessionRecorder, at end: Instant) {
        for stream in source.streams.compactMap({ session.streams[$0] })
        where !stream.description.channels.isEmpty {
            session.gap(
                stream.id,
                stream.missing(.pause, since: source.pausedSince ?? session.started, until: end))
        }
    }
}

extension StreamRecorder {
    /// What is missing since the last sample, or since a moment where there was none. How much that would have
    /// been, nobody can know: the rate tells what it would have been at most.
    func missing(_ cause: Gap.Cause, since begun: Instant, until time: Instant) -> Gap {
        let last = samples > 0 ? clock.time(of: samples - 1) ?? lastArrival : nil
        let start = min(last ?? begun, time)
        let period = clock.period
        let lost =
            period > 0 ? max(0, Int64(clamping: (Double(time - start) / period).rounded())) : 0
        return Gap(
            cause: cause, afterIndex: samples - 1, start: start, end: time, lost: lost,
            lostBound: Gap.uncountedBound(
                period > 0 ? lost : .max, modulus: description.counterModulus))
    }
}
