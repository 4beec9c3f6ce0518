import Ring
import SessionStore
import Timebase

/// What a machine's sleep means to its sources.
extension Interpreter {
    /// Takes the acquisition thread's word that the machine slept: what stands behind it in the ring was
    /// read afterwards. Half a frame from before is of no use, and how many samples a device sent to
    /// nobody is told by the time that passed, at most.
    func takeSleep(_ record: RingRecord) {
        guard unsafe record.bytes.count >= 8 else { return }
        let duration = unsafe Int64(littleEndian: record.bytes.loadUnaligned(as: Int64.self))
        for source in sources.values {
            guard let session = source.session, !source.isWithheld,
                record.position >= session.positions.acquisition
            else { continue }
            slept(source, session, duration, at: record.stamp)
        }
    }

    private func slept(
        _ source: SourceState, _ session: SessionRecorder, _ duration: Int64, at stamp: Instant
    ) {
        switch source.content {
        case .keyboard, .pointer:
            source.keys.forgetHeld()
            if source.health.isOpen, let keys = source.streams.first {
                gapInKeys(source, session, keys, .sleep, until: stamp, lost: 0)
            }
        case .device:
            breakOff(source, stamp)
        case .linked: break
        }
        source.isDirty = true
        for id in source.streams {
            guard let stream = session.streams[id], !stream.description.channels.isEmpty else {
                continue
            }
            stream.sleep(duration)
        }
    }
}
