import Timebase

/// Reads a Shimmer's stream: packets `00 | time | channels | check?`, and between them acknowledgements
/// (`FF`), status messages (`8A 71 xx`) and answers to inquiries (`02 …`), which say what packets hold.
///
/// There is no check by default, so that a start that had to be looked for is believed only when
/// `confirmations` packets stand one behind the other from there with times that follow each other
/// (losses among them count for nothing); all of them are then given out. In step, a packet whose
/// time does not follow the last one's makes the decoder look for a start, beginning with that very
/// packet. The result is a function of the bytes alone, never of how they were split.
struct ShimmerDecoder: ScanningDecoder {
    let framing: ShimmerFraming
    private(set) var layout: ShimmerLayout
    var pending: [UInt8] = []
    private var isInStep = false
    /// The last packet's time as it was sent, and unwrapped.
    private var last: UInt32?
    private var ticks: Int64 = 0
    private var isBreakDue = false
    /// Bytes skipped since the last packet or fault.
    private var skipped = 0
    /// Whether nothing has been read yet: an inquiry's answer may stand here without the
    /// acknowledgement before it.
    private var isFirst = true

    private static var confirmations: Int { 4 }
    private static var permittedJumps: Int { 3 }
    private static var longestSkip: Int { 4096 }
    /// Messages between packets while a start is confirmed; a device sends one in seconds.
    private static var mostMessages: Int { 8 }

    init(_ framing: ShimmerFraming) {
        self.framing = framing
        layout = ShimmerLayout(framing)
    }

    /// `version u8 (1) | bytes of a time u8 | bytes of a check u8 | answer to the inquiry`.
    static func settings(timestampBytes: Int, checksumBytes: Int, inquiry: [UInt8]) -> [UInt8] {
        [1, UInt8(clamping: timestampBytes), UInt8(clamping: checksumBytes)] + inquiry
    }

    mutating func configure(_ settings: [UInt8]) {
        guard settings.count > 3, settings[0] == 1 else { return }
        var base = layout
        base.timestampBytes = Int(settings[1])
        base.checksumBytes = Int(settings[2])
        let bytes = settings.span
        guard let length = ShimmerLayout.inquiryLength(bytes, at: 3), length > 0,
            bytes.count - 3 >= length, let told = base.applying(inquiry: bytes, at: 3)
        else { return }
        adopt(told)
    }

    /// Takes a layout, if it has the channels that are recorded.
    private mutating func adopt(_ told: ShimmerLayout) {
        guard framing.sources.allSatisfy({ told.place(of: $0) != nil }) else { return }
        guard told != layout else { return }
        if told.timestampBytes != layout.timestampBytes { last = nil }
        layout = told
        isInStep = false
        isBreakDue = last != nil
    }

    // MARK: Decoding

    mutating func interrupt() {
        skip(pending.count)
        pending.removeAll(keepingCapacity: true)
        isInStep = false
        isBreakDue = last != nil
    }

    mutating func scan(
        _ bytes: Span<UInt8>, isEnd: Bool, into output: inout DecodedOutput
    ) -> Int {
        var position = 0
        while position < bytes.count {
            if isInStep, bytes[position] == 0 {
                guard bytes.count - position >= layout.length else { return position }
                if layout.isPacket(bytes, at: position), let last,
                    layout.follows(last, layout.ticks(bytes, at: position))
                {
                    append(bytes, at: position, into: &output)
                    position += layout.length
                    continue
                }
                isInStep = false
            }
            switch message(bytes, at: position) {
            case .undecided where !isEnd: return position
            case .message(let length, let told):
                isFirst = false
                position += length
                if let told {
                    adopt(told)
                } else if skipped > 0 {
                    // Amid garbage it is garbage, too.
                    skip(length)
                }
                continue
            case .undecided, .none: isInStep = false
            }
            var starts: [Int] = []
            switch judge(bytes, at: position, isEnd: isEnd, &starts) {
            case .start(let end):
                isFirst = false
                take(bytes, starts, into: &output)
                position = end
            case .undecided: return position
            case .none:
                isFirst = false
                position += 1
                skip(1)
                if skipped >= Self.longestSkip { report(into: &output) }
            }
        }
        return position
    }

    private enum Message {
        case message(length: Int, ShimmerLayout?)
        case undecided
        case none
    }

    /// What the device says between packets. In step, packets begin with 00, so that nothing here can
    /// be one. Out of step, garbage can look like a message: it does no harm, since only an inquiry's
    /// answer that makes sense changes anything.
    private func message(_ bytes: Span<UInt8>, at start: Int) -> Message {
        switch bytes[start] {
        case 0x8A:
            guard bytes.count - start >= 2 else { return .undecided }
            guard bytes[start + 1] == 0x71 else { return .none }
            return bytes.count - start >= 3 ? .message(length: 3, nil) : .undecided
        case 0xFF:
            guard bytes.count - start >= 2 else { return .undecided }
            guard bytes[start + 1] == 0x02 else { return .message(length: 1, nil) }
            switch inquiry(bytes, at: start + 1) {
            case .message(let length, let told): return .message(length: length + 1, told)
            case .undecided: return .undecided
            case .none: return .message(length: 1, nil)
            }
        case 0x02 where isFirst: return inquiry(bytes, at: start)
        default: return .none
        }
    }

    private func inquiry(_ bytes: Span<UInt8>, at start: Int) -> Message {
        guard let length = ShimmerLayout.inquiryLength(bytes, at: start) else { return .undecided }
        guard length > 0 else { return .none }
        guard bytes.count - start >= length else { return .undecided }
        guard let told = layout.applying(inquiry: bytes, at: start) else { return .none }
        return .message(length: length, told)
    }

    private enum Judgement {
        /// Where what is believed ends.
        case start(end: Int)
        case undecided
        case none
    }

    /// Whether packets start here; `starts` are their places.
    private func judge(
        _ bytes: Span<UInt8>, at start: Int, isEnd: Bool, _ starts: inout [Int]
    ) -> Judgement {
        guard bytes[start] == 0 else { return .none }
        var position = start
        var steps = 0
        var jumps = 0
        var messages = 0
        var time: UInt32 = 0
        while true {
            let isCutOff: Bool
            if position < bytes.count, bytes[position] != 0 {
                switch message(bytes, at: position) {
                case .none: return .none
                case .message(_, let told) where told != nil:
                    // What comes behind has another form: what stands before it must do.
                    return steps > 0 ? .start(end: position) : .none
                case .message(let length, _):
                    messages += 1
                    guard messages <= Self.mostMessages else { return .none }
                    position += length
                    continue
                case .undecided: isCutOff = true
                }
            } else {
                isCutOff = bytes.count - position < layout.length
            }
            if isCutOff {
                guard isEnd else { return .undecided }
                // No more will come. Two packets that follow each other are believed, and one where
                // a packet was expected anyway.
                return !starts.isEmpty && (steps > 0 || skipped == 0)
                    ? .start(end: position) : .none
            }
            guard layout.isPacket(bytes, at: position) else { return .none }
            let next = layout.ticks(bytes, at: position)
            if !starts.isEmpty {
                if layout.follows(time, next) { steps += 1 } else { jumps += 1 }
                guard jumps <= Self.permittedJumps else { return .none }
            }
            starts.append(position)
            time = next
            position += layout.length
            if steps >= Self.confirmations - 1 { return .start(end: position) }
        }
    }

    private mutating func take(
        _ bytes: Span<UInt8>, _ starts: [Int], into output: inout DecodedOutput
    ) {
        report(into: &output)
        for start in starts {
            let time = layout.ticks(bytes, at: start)
            if let last, isBreakDue || !layout.follows(last, time), !output.streams.isEmpty {
                output.streams[0].breaks.append(
                    CounterBreak(
                        beforeOffset: output.streams[0].count,
                        missing: layout.missing(from: last, to: time)))
            }
            isBreakDue = false
            append(bytes, at: start, into: &output)
        }
        isInStep = true
    }

    /// Gives out one packet.
    private mutating func append(
        _ bytes: Span<UInt8>, at start: Int, into output: inout DecodedOutput
    ) {
        let time = layout.ticks(bytes, at: start)
        // Unwrapped ticks stay far below what nanoseconds can hold.
        if let last, ticks < Self.longest {
            ticks += Int64(layout.elapsed(from: last, to: time))
        } else {
            ticks = Int64(time)
        }
        last = time
        guard !output.streams.isEmpty else { return }
        for (column, source) in framing.sources.enumerated()
        where output.streams[0].columns.indices.contains(column) {
            guard let place = layout.place(of: source) else { continue }
            var value = Int64(bytes[start + place]) | Int64(bytes[start + place + 1]) << 8
            // With a fixed range, its bits are set here, so that the number tells all that its
            // conversion needs.
            if source == .gsr, layout.range < ShimmerFraming.automaticRange {
                value = value & 0x3FFF | Int64(layout.range) << 14
            }
            output.streams[0].columns[column].withIntegers { $0.append(value) }
            output.streams[0].columns[column].withReals { $0.append(Double(value)) }
        }
        output.streams[0].deviceTimes.append(
            DeviceTime(
                offset: output.streams[0].count,
                // 10⁹ / 32768 as whole numbers.
                nanoseconds: ticks * 1_953_125 / 64))
        output.streams[0].count += 1
    }

    /// More than a year of ticks.
    private static var longest: Int64 { 1 << 40 }

    private mutating func skip(_ count: Int) {
        skipped += count
        if skipped > 0 { isBreakDue = last != nil }
    }

    mutating func report(into output: inout DecodedOutput) {
        guard skipped > 0 else { return }
        output.faults.append(
            DecodeFault(
                cause: skipped % layout.length == 0 ? .checksum : .resynchronised, bytes: skipped,
                stream: output.streams.count == 1 ? 0 : nil,
                beforeOffset: output.streams.first?.count ?? 0))
        skipped = 0
    }

    // MARK: State

    private static var stateVersion: UInt8 { 1 }

    /// Bytes that may wait: a confirmation's packets and messages, or an inquiry's answer.
    private var window: Int {
        (Self.confirmations + Self.permittedJumps + 1) * layout.length
            + (Self.mostMessages + 1) * (ShimmerLayout.inquirySize + ShimmerLayout.mostChannels + 1)
    }

    func save(into writer: inout StateWriter) {
        writer.write(Self.stateVersion)
        writer.write(layout.ids)
        writer.write(UInt16(clamping: layout.divider))
        writer.write(UInt8(clamping: layout.range))
        writer.write(UInt8(clamping: layout.timestampBytes))
        writer.write(UInt8(clamping: layout.checksumBytes))
        writer.write(isInStep)
        writer.write(isFirst)
        writer.write(isBreakDue)
        writer.write(last != nil)
        writer.write(last ?? 0)
        writer.write(ticks)
        writer.write(UInt32(clamping: skipped))
        writer.write(pending)
    }

    mutating func restore(from reader: inout StateReader) throws(StateError) {
        try reader.expectVersion(Self.stateVersion)
        var other = self
        other.layout.ids = try reader.readBytes()
        other.layout.divider = Int(try reader.read(UInt16.self))
        other.layout.range = Int(try reader.read(UInt8.self))
        other.layout.timestampBytes = Int(try reader.read(UInt8.self))
        other.layout.checksumBytes = Int(try reader.read(UInt8.self))
        other.isInStep = try reader.read(Bool.self)
        other.isFirst = try reader.read(Bool.self)
        other.isBreakDue = try reader.read(Bool.self)
        let hasLast = try reader.read(Bool.self)
        let last = try reader.read(UInt32.self)
        other.last = hasLast ? last : nil
        other.ticks = try reader.read(Int64.self)
        other.skipped = Int(try reader.read(UInt32.self))
        other.pending = try reader.readBytes()
        let layout = other.layout
        guard layout.isSensible,
            framing.sources.allSatisfy({ layout.place(of: $0) != nil }),
            other.pending.count <= other.window, (0...Self.longest * 2).contains(other.ticks)
        else { throw .invalid("the saved state is of another device or damaged") }
        self = other
    }
}
