/// The talk that starts a Polar sensor's streams: reads what it can measure, asks for the settings
/// of each wanted measurement, chooses among them, starts each, and collects the factors.
///
/// A stream that already runs (left over from a connection that broke) is stopped and started
/// anew, so that its settings are known. Where something fails after a stream was started, that
/// stream is stopped first: an H10 stays awake until it is told to stop.
struct PolarConversation: DeviceConversation {
    private enum Phase: Hashable {
        case features
        case settings
        case start
        /// Stopping a stream that ran already, before it is started again.
        case restart
        /// Stopping what was started, since it cannot go on.
        case undo
    }

    private let framing: PolarFraming
    private var phase = Phase.features
    /// The stream that is being talked about.
    private var index = 0
    private var hasRestarted = false
    private var collected: [UInt8] = []
    private var agreements: [PolarAgreement] = []
    private var chosen: [UInt8] = []
    private var started: [PolarFraming.Measurement] = []
    private var failure = ""

    /// How long a reply may take. The first of a sensor that was just put on takes the longest.
    private static var patience: Int { 5000 }
    /// Parameters collected at most.
    private static var limit: Int { 4096 }

    init(_ framing: PolarFraming) { self.framing = framing }

    mutating func next(_ event: ConversationEvent) -> ConversationAction {
        switch event {
        case .begun: return .read(characteristic: framing.control)
        case .done: return .receive(milliseconds: Self.patience)
        case .value(let bytes):
            guard phase == .features else { return again }
            return checkFeatures(bytes)
        case .received(let packet, let characteristic):
            guard characteristic == framing.control else { return again }
            return take(packet)
        case .timedOut:
            if phase == .undo { return undo() }
            return fail(
                "the sensor did not answer within \(Self.patience / 1000) s: is it worn, and is "
                    + "no other app or watch connected to it?")
        case .refused(let reason):
            if phase == .undo { return undo() }
            return fail("the sensor refused: \(reason)")
        }
    }

    private var again: ConversationAction {
        .receive(milliseconds: Self.patience, isContinued: true)
    }

    private var stream: PolarFraming.Stream { framing.streams[index] }

    private func write(_ bytes: [UInt8]) -> ConversationAction {
        .write(bytes, characteristic: framing.control)
    }

    // MARK: Steps

    /// `0F`, then a bit for each measurement.
    private mutating func checkFeatures(_ bytes: [UInt8]) -> ConversationAction {
        guard bytes.count >= 2, bytes[0] == 0x0F else {
            return fail(
                "expected the list of what the sensor measures (0F …), found "
                    + (bytes.isEmpty ? "nothing" : describe(bytes)))
        }
        for wanted in framing.streams where bytes[1] >> wanted.measurement.rawValue & 1 == 0 {
            return fail(
                "this sensor does not measure \(wanted.measurement.title): is it the right "
                    + "profile?")
        }
        return beginStream()
    }

    private mutating func beginStream() -> ConversationAction {
        guard framing.streams.indices.contains(index) else {
            return .finished(settings: PolarAgreement.bytes(agreements), leftover: [])
        }
        collected = []
        hasRestarted = false
        // Intervals have no settings.
        if stream.measurement == .interval {
            chosen = []
            agreements.append(PolarAgreement(measurement: .interval))
            return start()
        }
        phase = .settings
        return write([PolarReply.Command.settings.rawValue, stream.measurement.rawValue])
    }

    private mutating func start() -> ConversationAction {
        phase = .start
        collected = []
        return write(
            [PolarReply.Command.start.rawValue, stream.measurement.rawValue] + chosen)
    }

    private mutating func take(_ packet: [UInt8]) -> ConversationAction {
        // `01 t…`: the sensor stopped these by itself.
        if packet.first == 0x01, phase != .undo,
            let stopped = started.first(where: { packet.dropFirst().contains($0.rawValue) })
        {
            started.removeAll { packet.dropFirst().contains($0.rawValue) }
            return fail("the sensor stopped \(stopped.title) by itself: is it worn and charged?")
        }
        guard let reply = PolarReply(packet) else { return again }
        switch phase {
        case .features: return again
        case .settings: return reply.answers(.settings, stream.measurement) ? chose(reply) : again
        case .start: return reply.answers(.start, stream.measurement) ? started(reply) : again
        case .restart: return reply.answers(.stop, stream.measurement) ? start() : again
        case .undo: return reply.command == PolarReply.Command.stop.rawValue ? undo() : again
        }
    }

    private mutating func chose(_ reply: PolarReply) -> ConversationAction {
        guard reply.status == 0 else {
            return fail(
                "the sensor does not tell its settings of \(stream.measurement.title): "
                    + reply.statusInWords)
        }
        collected += reply.parameters.prefix(Self.limit - collected.count)
        if reply.hasMore { return .receive(milliseconds: Self.patience) }
        switch PolarChoice.choose(stream, among: PolarSettings(collected)) {
        case .success(let choice):
            chosen = choice.parameters
            agreements.append(choice.agreement)
            return start()
        case .failure(let problem): return fail(problem.message)
        }
    }

    private mutating func started(_ reply: PolarReply) -> ConversationAction {
        if reply.status == PolarReply.alreadyInState, !hasRestarted {
            hasRestarted = true
            phase = .restart
            return write([PolarReply.Command.stop.rawValue, stream.measurement.rawValue])
        }
        guard reply.status == 0 else {
            return fail(
                "the sensor does not start \(stream.measurement.title): \(reply.statusInWords)")
        }
        if !started.contains(stream.measurement) { started.append(stream.measurement) }
        collected += reply.parameters.prefix(Self.limit - collected.count)
        if reply.hasMore { return .receive(milliseconds: Self.patience) }
        if let factor = PolarSettings(collected).factor, !agreements.isEmpty {
            agreements[agreements.count - 1].factor = factor
        }
        index += 1
        return beginStream()
    }

    // MARK: Failing

    private mutating func fail(_ reason: String) -> ConversationAction {
        failure = reason
        phase = .undo
        return undo()
    }

    private mutating func undo() -> ConversationAction {
        guard let measurement = started.popLast() else { return .failed(failure) }
        return write([PolarReply.Command.stop.rawValue, measurement.rawValue])
    }

    private func describe(_ bytes: [UInt8]) -> String {
        bytes.prefix(8).map { ($0 < 16 ? "0" : "") + String($0, radix: 16, uppercase: true) }
            .joined(separator: " ")
    }
}

/// The talk that stops a Polar sensor's streams. It goes on whatever the sensor answers.
struct PolarStopConversation: DeviceConversation {
    private let control: Int
    private var left: [PolarFraming.Measurement]

    init(_ framing: PolarFraming) {
        control = framing.control
        left = framing.streams.map(\.measurement).reversed()
    }

    mutating func next(_ event: ConversationEvent) -> ConversationAction {
        switch event {
        case .done: return .receive(milliseconds: 1000)
        case .received(let packet, let characteristic):
            guard characteristic == control,
                PolarReply(packet)?.command == PolarReply.Command.stop.rawValue
            else { return .receive(milliseconds: 1000, isContinued: true) }
        case .begun, .value, .timedOut, .refused: break
        }
        guard let measurement = left.popLast() else { return .finished(settings: [], leftover: []) }
        return .write(
            [PolarReply.Command.stop.rawValue, measurement.rawValue], characteristic: control)
    }
}
