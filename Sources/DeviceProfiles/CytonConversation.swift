/// The talk that starts a Cyton: stops what may run, asks who is there (`v`), sets the channels, and
/// begins (`b`). The board ends what it says with `$$$`.
struct CytonConversation: DeviceConversation {
    private struct Exchange: Hashable {
        var text: String
        /// Milliseconds within which the answer must be there.
        var patience: Int
        /// Whether an old firmware's silence is taken for consent.
        var isOptional: Bool
    }
    private enum Phase: Hashable {
        case stopping, draining, talking, beginning
    }

    private let framing: CytonFraming
    private var phase = Phase.stopping
    private var exchanges: [Exchange]
    private var position = 0
    private var answer: [UInt8] = []
    private var drained = 0

    /// Bytes kept of an answer.
    private static var limit: Int { 8192 }
    /// Bytes of a stream that is still running when the talk begins: half a second's and more.
    private static var mostDrained: Int { 65_536 }

    init(_ framing: CytonFraming) {
        self.framing = framing
        exchanges = [
            Exchange(text: "v", patience: 5000, isOptional: false),
            Exchange(text: "d", patience: 2000, isOptional: false),
        ]
        if framing.gain != 24, let code = CytonFraming.gains.firstIndex(of: framing.gain) {
            // On, this gain, normal input, in the bias, SRB2 on, SRB1 off: the defaults otherwise.
            for channel in 1...8 {
                exchanges.append(
                    Exchange(text: "x\(channel)0\(code)0110X", patience: 1000, isOptional: true))
            }
        }
        if framing.hasTimestamps {
            exchanges.append(Exchange(text: "<", patience: 1000, isOptional: true))
        }
    }

    mutating func next(_ event: ConversationEvent) -> ConversationAction {
        switch (phase, event) {
        case (_, .refused(let reason)): return .failed(reason)
        case (.stopping, .begun): return .write(Array("s".utf8), characteristic: 0)
        case (.stopping, .done):
            phase = .draining
            return .receive(milliseconds: 500)
        case (.draining, .received(let bytes, _)):
            drained += bytes.count
            guard drained <= Self.mostDrained else {
                return .failed(
                    "the device does not stop sending: is it a Cyton, and is the baud rate right?")
            }
            return .receive(milliseconds: 500, isContinued: true)
        case (.draining, _):
            phase = .talking
            return say()
        case (.talking, .done): return .receive(milliseconds: exchange?.patience ?? 1000)
        case (.talking, .received(let bytes, _)):
            answer += bytes.prefix(Self.limit - answer.count)
            guard let text = complete() else {
                guard answer.count < Self.limit else {
                    return .failed("the device talks without end: is it a Cyton?")
                }
                return .receive(milliseconds: exchange?.patience ?? 1000, isContinued: true)
            }
            return heard(text)
        case (.talking, .timedOut):
            guard let exchange, exchange.isOptional else {
                return .failed(
                    "no answer to '\(exchange?.text ?? "")': is the board switched on (to PC), and "
                        + "is its dongle the one that is plugged in?")
            }
            position += 1
            return say()
        case (.beginning, .done): return .finished(settings: [], leftover: [])
        default: return .receive(milliseconds: 500, isContinued: true)
        }
    }

    private var exchange: Exchange? {
        exchanges.indices.contains(position) ? exchanges[position] : nil
    }

    private mutating func say() -> ConversationAction {
        answer = []
        guard let exchange else {
            phase = .beginning
            return .write(Array("b".utf8), characteristic: 0)
        }
        return .write(Array(exchange.text.utf8), characteristic: 0)
    }

    /// The answer up to `$$$`.
    private func complete() -> String? {
        guard answer.count >= 3 else { return nil }
        let end = (0...answer.count - 3).first { start in
            answer[start..<start + 3].allSatisfy { $0 == UInt8(ascii: "$") }
        }
        return end.map { String(decoding: answer[..<$0], as: UTF8.self) }
    }

    private mutating func heard(_ text: String) -> ConversationAction {
        let text = text.split(whereSeparator: \.isNewline).joined(separator: " ")
        if text.contains("Failure") {
            return .failed(
                "the dongle says: \(text.prefix(120)). Is the board switched on (to PC), and on "
                    + "the dongle's radio channel?")
        }
        if position == 0 {
            guard text.contains("OpenBCI") || text.contains("ADS1299") else {
                return .failed("the device does not say that it is a Cyton: \(text.prefix(80))")
            }
            if text.contains("Daisy") {
                // Sixteen channels would come by turns in the packets of eight.
                exchanges.insert(Exchange(text: "c", patience: 1000, isOptional: true), at: 1)
            }
        }
        position += 1
        return say()
    }
}
