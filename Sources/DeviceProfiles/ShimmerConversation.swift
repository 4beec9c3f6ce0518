/// The talk that starts a Shimmer3: stops what may run, asks which device and firmware it is, sets
/// rate, sensors and range, asks what its packets will hold, and starts.
///
/// Each command is acknowledged by `FF`; some have an answer behind it. Status messages (`8A 71 xx`)
/// may come at any time.
struct ShimmerConversation: DeviceConversation {
    private enum Question: Hashable {
        case hardware, firmware, acknowledgement, inquiry
    }
    private struct Exchange: Hashable {
        var command: [UInt8]
        var question: Question
        var meaning: String
        /// Whether silence is taken for consent: a firmware that does not know the command.
        var isOptional = false
    }
    private enum Phase: Hashable {
        case stopping, draining, talking
    }

    private let framing: ShimmerFraming
    private var phase = Phase.stopping
    private var exchanges: [Exchange]
    private var position = 0
    private var buffer: [UInt8] = []
    private var isAcknowledged = false
    /// Whether the command to start was acknowledged.
    private var isStarted = false
    private var drained = 0
    private var inquiry: [UInt8] = []

    private static var patience: Int { 3000 }
    /// Bytes of a stream that is still running when the talk begins.
    private static var mostDrained: Int { 65_536 }

    init(_ framing: ShimmerFraming) {
        self.framing = framing
        exchanges = [
            Exchange(command: [0x3F], question: .hardware, meaning: "which device it is"),
            Exchange(command: [0x2E], question: .firmware, meaning: "its firmware"),
        ]
    }

    mutating func next(_ event: ConversationEvent) -> ConversationAction {
        switch (phase, event) {
        case (_, .refused(let reason)): return .failed(reason)
        case (.stopping, .begun): return .write([0x20], characteristic: 0)
        case (.stopping, .done):
            phase = .draining
            return .receive(milliseconds: 500)
        case (.draining, .received(let bytes, _)):
            drained += bytes.count
            guard drained <= Self.mostDrained else {
                return .failed("the device does not stop sending: is it a Shimmer?")
            }
            return .receive(milliseconds: 500, isContinued: true)
        case (.draining, _):
            phase = .talking
            return say()
        case (.talking, .done): return .receive(milliseconds: Self.patience)
        case (.talking, .received(let bytes, _)):
            buffer += bytes
            return listen()
        case (.talking, .timedOut):
            if isStarted || exchange?.isOptional == true {
                position += 1
                return say()
            }
            return .failed(
                "no answer to the question \(exchange?.meaning ?? "") within "
                    + "\(Self.patience / 1000) s: is the Shimmer switched on and undocked, and does "
                    + "no other program hold it?")
        default: return .receive(milliseconds: Self.patience, isContinued: true)
        }
    }

    private var exchange: Exchange? {
        exchanges.indices.contains(position) ? exchanges[position] : nil
    }

    private mutating func say() -> ConversationAction {
        isAcknowledged = false
        guard let exchange else {
            return .finished(
                settings: ShimmerDecoder.settings(
                    timestampBytes: framing.timestampBytes, checksumBytes: framing.checksumBytes,
                    inquiry: inquiry),
                leftover: buffer)
        }
        buffer = []
        return .write(exchange.command, characteristic: 0)
    }

    /// Goes through what was received up to the end of what was asked for.
    private mutating func listen() -> ConversationAction {
        while let first = buffer.first, let exchange {
            switch (first, exchange.question) {
            case (0xFF, .acknowledgement):
                if exchange.command == [0x07], framing.checksumBytes > 0 {
                    // The check of the acknowledgement itself is no part of the stream.
                    isStarted = true
                    guard buffer.count > framing.checksumBytes else { return again }
                    let sum = ShimmerLayout.checksum([first].span, 0..<1)
                    let bytes = [UInt8(sum & 0xFF), UInt8(sum >> 8)].prefix(framing.checksumBytes)
                    if buffer.dropFirst().starts(with: bytes) { buffer.removeFirst(bytes.count) }
                }
                buffer.removeFirst()
                position += 1
                return say()
            case (0xFF, _):
                isAcknowledged = true
                buffer.removeFirst()
            case (0x8A, _):
                guard buffer.count >= 3 else { return again }
                buffer.removeFirst(buffer[1] == 0x71 ? 3 : 1)
            case (0x25, .hardware) where isAcknowledged:
                guard buffer.count >= 2 else { return again }
                return heard(hardware: buffer[1])
            case (0x2F, .firmware) where isAcknowledged:
                guard buffer.count >= 7 else { return again }
                return heard(firmware: Array(buffer[1..<7]))
            case (0x02, .inquiry) where isAcknowledged:
                guard let length = ShimmerLayout.inquiryLength(buffer.span, at: 0) else {
                    return again
                }
                guard length > 0 else { return .failed(Self.senseless) }
                guard buffer.count >= length else { return again }
                return heard(inquiry: Array(buffer[..<length]))
            default: buffer.removeFirst()
            }
        }
        return again
    }

    private var again: ConversationAction {
        .receive(milliseconds: Self.patience, isContinued: true)
    }

    private static let senseless = "the device's answer to the inquiry makes no sense"

    private mutating func heard(hardware: UInt8) -> ConversationAction {
        guard hardware == 3 else {
            return .failed(
                "the device is no Shimmer3 (its hardware has the number \(hardware))")
        }
        position += 1
        return say()
    }

    /// `kind u16 | major u16 | minor u8 | release u8`; kind 3 is LogAndStream.
    private mutating func heard(firmware: [UInt8]) -> ConversationAction {
        let kind = Int(firmware[0]) | Int(firmware[1]) << 8
        let version = [
            Int(firmware[2]) | Int(firmware[3]) << 8, Int(firmware[4]), Int(firmware[5]),
        ]
        if kind == 3, !version.lexicographicallyPrecedes([0, 15, 4]) {
            set([0xA3, 0x00], "to send status without an acknowledgement before it")
        }
        let divider = framing.divider
        set([0x05, UInt8(divider & 0xFF), UInt8(divider >> 8 & 0xFF)], "to set the rate")
        let sensors = framing.sources.reduce(UInt32(0)) { $0 | $1.bit }
        set(
            [0x08] + (0..<3).map { UInt8(truncatingIfNeeded: sensors >> UInt32(8 * $0)) },
            "to choose the sensors")
        if framing.sources.contains(.gsr) {
            set([0x21, UInt8(clamping: framing.range)], "to set the range of skin conductance")
        }
        if framing.sources.contains(where: { $0 != .gsr }) {
            set([0x5E, 0x01], "to power the inputs", isOptional: true)
        }
        exchanges.append(
            Exchange(command: [0x01], question: .inquiry, meaning: "what its packets hold"))
        // From here on a check stands behind every message, acknowledgements included.
        if framing.checksumBytes > 0 {
            set([0x8B, UInt8(clamping: framing.checksumBytes)], "to add a check to packets")
        }
        set([0x07], "to start")
        position += 1
        return say()
    }

    private mutating func set(_ command: [UInt8], _ meaning: String, isOptional: Bool = false) {
        exchanges.append(
            Exchange(
                command: command, question: .acknowledgement, meaning: meaning,
                isOptional: isOptional))
    }

    private mutating func heard(inquiry answer: [UInt8]) -> ConversationAction {
        guard
            let told = ShimmerLayout(framing).applying(inquiry: answer.span, at: 0)
        else { return .failed(Self.senseless) }
        guard told.divider == framing.divider else {
            return .failed(
                "the device samples every \(told.divider) ticks of its clock, not every "
                    + "\(framing.divider): it does not have this rate")
        }
        for source in framing.sources where told.place(of: source) == nil {
            return .failed(
                "the device does not send \(source.name): is it a Shimmer3 GSR+?")
        }
        inquiry = answer
        position += 1
        return say()
    }
}
