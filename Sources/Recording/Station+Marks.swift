import Glibc
import Link
import Timebase

/// Marks that leave by a marker port, so that another recorder (an EEG amplifier, an eye tracker) can
/// be brought onto this station's clock.
extension Station {
    /// Sends what the settings of the marker ports say for a label; `*` stands for any.
    /// - Parameter any: whether `*` means this label too; it stands for the operator's marks alone.
    func sendMarks(
        _ label: String, at time: Instant, of session: ActiveSession, any: Bool = true
    ) {
        for device in devices.values where device.isOpen && device.copy >= 0 {
            guard let byte = device.marks[label] ?? (any ? device.marks["*"] : nil) else {
                continue
            }
            let descriptor = fcntl(device.copy, F_DUPFD_CLOEXEC, 0)
            guard descriptor >= 0 else { continue }
            markerOutput?.send(
                MarkerOutput.Order(
                    descriptor: descriptor, device: device.name, session: session.number,
                    label: label, byte: byte, asked: time))
        }
    }

    /// Keeps a descriptor of a port, by which marks go out and the device is told to stop; the reader owns
    /// the other one.
    func keepCopy(of descriptor: Int32, _ device: ManagedDevice) {
        dropCopy(device)
        guard device.kind == .serial else { return }
        device.copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 0)
        if !device.marks.isEmpty, markerOutput == nil {
            markerOutput = try? MarkerOutput(notices: notices)
        }
    }

    func dropCopy(_ device: ManagedDevice) {
        if device.copy >= 0 { close(device.copy) }
        device.copy = -1
    }

    /// Stores when a mark left, and how long after what it marks.
    func markSent(_ outcome: MarkerOutput.Outcome) {
        let order = outcome.order
        guard let session = sessions[order.session] else { return }
        if let failure = outcome.failure {
            log.warning("the mark '\(order.label)' did not leave by \(order.device): \(failure)")
        }
        try? record(
            .event(
                kind: "mark_out",
                payload: JSONText.object([
                    ("device", JSONText.string(order.device)),
                    ("label", JSONText.string(order.label)), ("byte", "\(order.byte)"),
                    ("asked_ns", "\(order.asked.nanoseconds)"),
                    ("delay_ns", "\(outcome.drained - order.asked)"),
                    ("delay_bound_ns", "\(outcome.drained - outcome.written)"),
                    ("failure", outcome.failure.map(JSONText.string) ?? "null"),
                ]), time: outcome.drained), for: session)
    }
}
