import DeviceProfiles
import SessionStore
import Timebase

/// What the time in which no daemon ran means to the sources.
extension Interpreter {
    /// What is read first of a port that stayed open may have waited in the kernel since shortly after the
    /// daemon before ended.
    func waited(_ source: SourceState, _ session: SessionRecorder, at stamp: Instant) {
        let last = session.streams.values.compactMap(\.clock.lastArrival).max() ?? session.started
        for id in source.streams {
            session.streams[id]?.waited(stamp - last, until: stamp + Self.kernelsPace)
        }
        source.isDirty = true
    }

    /// Nanoseconds that reading what waited in the kernel may take.
    private static let kernelsPace: Int64 = 200_000_000

    /// Nobody was reading this source for a while, because no daemon ran.
    func wasNotRead(_ source: SourceState, _ recorder: SessionRecorder, until now: Instant) {
        let last = source.health.lastSample ?? now
        source.health = SourceHealth(isOpen: source.health.isOpen)
        source.isDirty = true
        switch source.content {
        case .device(let profile):
            // Frames with a number may go on in the middle; of a line nobody could tell
            // whether its two halves belong together.
            // And many a sketch starts anew when its port is opened.
            var continues = true
            if case .lines = profile.framing {
                source.decoder?.interrupt()
                continues = false
            } else if source.decoder?.suspect() == false {
                breakOff(source, last)
            }
            interrupt(source, .restart, keepsPosition: continues)
        case .keyboard, .pointer:
            source.keys.forgetHeld()
            source.interruption = .restart
            if let keys = source.streams.first {
                gapInKeys(source, recorder, keys, .restart, until: now, lost: 0)
            }
            interrupt(source, .restart, keepsPosition: true)
        case .linked:
            // Its client may come back or not; what was given before is missed from now on.
            for (index, stream) in source.streams.enumerated()
            where recorder.streams[stream].map({ $0.samples > 0 }) ?? false {
                source.health.note(0, of: index, at: now)
            }
        }
    }

    /// The daemon was killed while it read from this source: bytes may be missing right here, maybe
    /// in the middle of a frame. The halves of two frames would pass for one now and then.
    func readingBrokeOff(_ id: UInt32, at time: Instant) {
        guard let source = sources[id] else { return }
        breakOff(source, source.health.lastSample ?? time)
        source.isDirty = true
    }
}
