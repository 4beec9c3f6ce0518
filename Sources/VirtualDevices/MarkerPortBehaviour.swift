import Timebase

/// A serial port on which a machine sends one byte for each event, such as a trigger box; what it gets
/// is an event of the host's, and is written down.
struct MarkerPortBehaviour: DeviceBehaviour {
    private let marks: [VirtualMark]?
    private var openedAt: Instant?
    private var next = 0
    private let drift: Double

    init(_ settings: VirtualDeviceSettings) throws(VirtualDeviceError) {
        marks = settings.options.marks?.sorted { $0.seconds < $1.seconds }
        guard marks?.allSatisfy({ (0...1e7).contains($0.seconds) }) ?? true else {
            throw VirtualDeviceError(.setting, "Marks come 0 to 10000000 s after the opening.")
        }
        drift = 1 / (1 + settings.impairments.driftPPM * 1e-6)
    }

    private var mark: VirtualMark? {
        guard let marks else {
            return VirtualMark(
                seconds: 2 * Double(next + 1), byte: UInt8(truncatingIfNeeded: 1 + next % 255))
        }
        return next < marks.count ? marks[next] : nil
    }

    var due: Instant? {
        guard let openedAt, let mark else { return nil }
        return openedAt + Int64(clamping: mark.seconds * drift * 1e9)
    }

    /// All marks that were asked for are sent.
    var isExhausted: Bool { marks.map { next >= $0.count && !$0.isEmpty } ?? false }

    mutating func unplug(now: Instant) { openedAt = nil }

    mutating func opened(
        now: Instant, outlet: inout DeviceOutlet
    ) throws(VirtualDeviceError) {
        guard openedAt == nil else { return }
        openedAt = now
        next = 0
        try outlet.note("opened", now: now)
    }

    mutating func receive(
        _ bytes: [UInt8], now: Instant, outlet: inout DeviceOutlet
    ) throws(VirtualDeviceError) {
        for byte in bytes { try outlet.noteCommand([byte], "mark \(byte)", now: now) }
    }

    mutating func sendDue(now: Instant, outlet: inout DeviceOutlet) throws(VirtualDeviceError) {
        guard let due, let mark else { return }
        next += 1
        try outlet.send([mark.byte], due: due, now: now, values: [Int64(mark.byte)])
    }
}
