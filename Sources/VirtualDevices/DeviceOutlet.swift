import SystemCalls
import Timebase

/// The way out of a virtual device: decides what goes wrong with a frame, writes it, counts it and
/// logs it. Frames are sent whole or not at all.
///
/// Owned by its device and called on the thread that runs it.
struct DeviceOutlet: ~Copyable, Sendable {
    /// How a device's endpoint is made, first and after it was unplugged.
    typealias MakeEndpoint = @Sendable () throws(VirtualDeviceError) -> any DeviceEndpoint

    private(set) var counts = DeviceCounts()
    /// Nil while the device is unplugged.
    private(set) var endpoint: (any DeviceEndpoint)?
    private var log: DeviceLog?
    /// On which characteristic random bytes come; only of Bluetooth devices, set with each packet.
    var garbageCharacteristic = ""
    private let style: OutletStyle
    private let impairments: Impairments
    private let makeEndpoint: MakeEndpoint
    private var generator: SimulationGenerator
    private var scratch: [UInt8] = []

    // What the terminal has not taken yet of a frame that it has begun to take. It goes out before
    // anything else; until then what follows is dropped.
    private var remainder: [UInt8] = []
    private var remainderOffset = 0

    // Absences.
    private var nextAbsence: Instant?
    private var settledAt: Instant?
    private var returnsAt: Instant?
    private(set) var isSilent = false
    /// Away, though its endpoint stays: a Bluetooth device without connection, a network device
    /// without power.
    private var isDisconnected = false
    /// Packets that were offered to the line, lost ones included.
    private var offered: Int64 = 0

    /// Makes the endpoint, and the log if there is a path for one.
    /// - Parameters:
    ///   - facts: lines about the device for the log's header.
    ///   - style: what travels over the endpoint.
    init(
        logPath: String?, facts: [String], impairments: Impairments, seed: UInt64,
        style: OutletStyle = .bytes,
        makeEndpoint: @escaping MakeEndpoint
    ) throws(VirtualDeviceError) {
        try impairments.validate()
        let endpoint = try makeEndpoint()
        if let logPath {
            log = try DeviceLog(path: logPath, facts: facts)
        } else {
            log = nil
        }
        self.endpoint = endpoint
        self.impairments = impairments
        self.style = style
        self.makeEndpoint = makeEndpoint
        generator = SimulationGenerator(seed: seed, purpose: 0x0DD5)
    }

    /// Whether frames can be made: not while the device is unplugged or about to be.
    var isPlugged: Bool { endpoint != nil && settledAt == nil && !isDisconnected }

    /// Bytes that were sent and not read yet, as far as the kernel tells.
    var unread: Int { remainder.count - remainderOffset + (endpoint?.unread ?? 0) }

    /// Whether a device that has sent its last may end: all was read, or nobody read for 5 s.
    func isDone(since last: Instant, now: Instant) -> Bool {
        // What was written reaches the reader's side only a little later, and is not seen until then.
        (unread == 0 && now - last >= 20_000_000) || now - last >= 5_000_000_000
    }

    /// Sends a frame, or drops it as the impairments say.
    /// - Parameter values: raw values for the log.
    mutating func send(
        _ frame: [UInt8], due: Instant, now: Instant, values: [Int64]
    ) throws(VirtualDeviceError) {
        let fate = try push(frame, now: now)
        try record(fate, due: due, now: now, values: values)
    }

    /// Sends bytes, or drops them as the impairments say, without counting or logging a frame; for
    /// devices whose frames span several packets.
    mutating func push(_ bytes: [UInt8], now: Instant) throws(VirtualDeviceError) -> FrameFate {
        let number = offered
        offered += 1
        if nextAbsence == nil, impairments.absentEverySeconds > 0, !isSilent {
            nextAbsence = now + Int64(clamping: impairments.absentEverySeconds * 1e9)
        }
        if isSilent { return .away }
        if isLost(number) { return .lost }
        if generator.happens(impairments.garbage) {
            try sendGarbage(before: counts.made, now: now)
        }
        return try write(bytes) ? .sent : .overrun
    }

    /// Counts and logs a frame.
    mutating func record(
        _ fate: FrameFate, due: Instant, now: Instant, values: [Int64]
    ) throws(VirtualDeviceError) {
        let number = counts.made
        counts.made += 1
        switch fate {
        case .sent: counts.sent += 1
        case .overrun: counts.overrun += 1
        case .lost: counts.lost += 1
        case .away: counts.away += 1
        }
        try log?.frame(number, fate, due: due, written: now, values: values)
    }

    /// Sends an answer to a command.
    mutating func reply(_ bytes: [UInt8], now: Instant) throws(VirtualDeviceError) {
        if isSilent { return }
        if try !write(bytes) { try note("reply-dropped", now: now) }
    }

    /// Takes the waiting commands; none while the line is silent.
    mutating func takeCommands(into commands: inout [UInt8]) throws(VirtualDeviceError) {
        try endpoint?.readCommands(into: &commands)
        if isSilent || (isDisconnected && style == .datagrams) {
            commands.removeAll(keepingCapacity: true)
        }
    }

    /// Notes a command that was understood, or ignored.
    mutating func noteCommand(
        _ bytes: [UInt8], _ meaning: String, understood: Bool = true, now: Instant
    ) throws(VirtualDeviceError) {
        if understood { counts.commands += 1 }
        try log?.command(bytes, meaning: meaning, written: now)
    }

    /// Notes something else in the log.
    mutating func note(_ what: String, now: Instant) throws(VirtualDeviceError) {
        try log?.event(what, written: now)
    }

    /// Begins an absence now; it ends after `seconds`.
    mutating func goAway(forSeconds seconds: Double, now: Instant) throws(VirtualDeviceError) {
        guard isPlugged, !isSilent else { return }
        counts.interruptions += 1
        nextAbsence = nil
        returnsAt = now + Int64(clamping: seconds * 1e9)
        switch impairments.absence {
        case .silent:
            isSilent = true
            try note("silent", now: now)
        case .unplugged where style == .bluetooth:
            isDisconnected = true
            try note("disconnected", now: now)
            if try !write(Array("disconnected\n".utf8)) { try note("reply-dropped", now: now) }
        case .unplugged where style == .datagrams:
            isDisconnected = true
            try note("off", now: now)
        case .unplugged:
            // A reader gets 50 ms for what was sent, so that a test knows what it must have read.
            settledAt = now + 50_000_000
        }
    }

    /// Does what is due apart from frames: absences, what is left of a frame, the log.
    /// Afterwards `isPlugged` tells whether the device may go on.
    mutating func service(now: Instant) throws(VirtualDeviceError) {
        if let nextAbsence, nextAbsence <= now {
            try goAway(forSeconds: impairments.absentForSeconds, now: now)
        }
        if !remainder.isEmpty { _ = try pushRemainder() }
        if let settledAt, settledAt <= now {
            self.settledAt = nil
            try note("unplugged unread \(unread)", now: now)
            remainder.removeAll(keepingCapacity: true)
            endpoint?.unlink()
            endpoint = nil
        }
        if let returnsAt, returnsAt <= now, settledAt == nil {
            self.returnsAt = nil
            isSilent = false
            if isDisconnected, style == .bluetooth { _ = try write(Array("connected\n".utf8)) }
            isDisconnected = false
            if endpoint == nil { endpoint = try makeEndpoint() }
            try note("back \(endpoint?.path ?? "")", now: now)
        }
        if let flushDue = log?.flushDue, flushDue <= now { try log?.flush() }
    }

    /// Writes the log's waiting lines.
    mutating func flushLog() throws(VirtualDeviceError) { try log?.flush() }

    /// When `service` must be called again.
    mutating func nextDue(now: Instant) -> Instant? {
        var next = earlier(log?.flushDue, nextAbsence)
        next = earlier(next, settledAt)
        next = earlier(next, returnsAt)
        return earlier(next, remainder.isEmpty ? nil : now + 5_000_000)
    }

    /// Writes the log's last lines and closes the endpoint.
    mutating func close(now: Instant) throws(VirtualDeviceError) {
        if !remainder.isEmpty, try !pushRemainder() {
            try note("cut \(remainder.count - remainderOffset)", now: now)
        }
        try note(
            "closed made \(counts.made) sent \(counts.sent) overrun \(counts.overrun) lost "
                + "\(counts.lost) away \(counts.away)", now: now)
        try log?.flush()
        endpoint?.unlink()
        endpoint = nil
        nextAbsence = nil
        returnsAt = nil
    }

    private mutating func isLost(_ number: Int64) -> Bool {
        if impairments.lossEvery > 0 {
            // The hole is at the end of each stretch.
            let place = number % impairments.lossEvery
            if place >= impairments.lossEvery - impairments.lossRun { return true }
        }
        return generator.happens(impairments.loss)
    }

    private mutating func sendGarbage(before number: Int64, now: Instant)
        throws(VirtualDeviceError)
    {
        scratch.removeAll(keepingCapacity: true)
        let count = 1 + Int(generator.next() % 32)
        for _ in 0..<count { scratch.append(UInt8(truncatingIfNeeded: generator.next())) }
        var packet = scratch
        if style == .bluetooth {
            packet.removeAll(keepingCapacity: true)
            BluetoothText.append(garbageCharacteristic, scratch, to: &packet)
        }
        let sent = try write(packet)
        if sent { counts.garbageBytes += Int64(count) }
        try log?.garbage(
            before: number, sent ? .sent : .overrun, written: now, bytes: scratch)
    }

    /// - Returns: whether the bytes are on their way, all of them.
    private mutating func write(_ bytes: [UInt8]) throws(VirtualDeviceError) -> Bool {
        guard let endpoint else { return false }
        if !remainder.isEmpty, try !pushRemainder() { return false }
        let taken = try endpoint.write(bytes, from: 0)
        if taken == 0 { return false }
        if taken < bytes.count {
            remainder.append(contentsOf: bytes[taken...])
            remainderOffset = 0
        }
        return true
    }

    /// - Returns: whether nothing is left.
    private mutating func pushRemainder() throws(VirtualDeviceError) -> Bool {
        guard let endpoint else { return false }
        remainderOffset += try endpoint.write(remainder, from: remainderOffset)
        guard remainderOffset >= remainder.count else { return false }
        remainder.removeAll(keepingCapacity: true)
        remainderOffset = 0
        return true
    }
}
