import Timebase

/// Cyton's packet of 33 bytes: `A0 | n u8 | 8 × s24 | 6 bytes | Cx`, big-endian. The last byte says
/// what the six bytes are: C0 the accelerometer, C3 and C4 one byte of it and the board's clock, C5
/// and C6 two bytes of the user's and the clock.
///
/// The byte behind a packet must again be A0, which the scanner's confirmation asks for.
/// Source: OpenBCI/Documentation, Cyton data format.
struct CytonForm: FrameForm {
    let framing: CytonFraming
    /// Streams of the profile; the accelerometer comes when it likes, and is not counted.
    let samplesPerFrame: [Int]
    /// Milliseconds of the board's clock, unwrapped; nil before the first.
    private var time: Int64?
    /// Bytes of the accelerometer that came one by one: X, x, Y, y, Z, z; nil where not yet.
    private var axes: [UInt8?] = [UInt8?](repeating: nil, count: 6)

    init(_ framing: CytonFraming, streams: Int) {
        self.framing = framing
        samplesPerFrame = (0..<streams).map { $0 == framing.signal ? 1 : 0 }
    }

    var length: Int { 33 }
    var confirmations: Int { 3 }
    var isNumbered: Bool { true }
    var turn: Int64? { 256 }

    func isFrame(_ bytes: Span<UInt8>, at start: Int) -> Bool {
        bytes[start] == 0xA0 && bytes[start + 32] & 0xF0 == 0xC0
    }

    func number(_ bytes: Span<UInt8>, at start: Int) -> UInt32 { UInt32(bytes[start + 1]) }

    func distance(from earlier: UInt32, to later: UInt32) -> Int64 {
        Int64((later &- earlier) & 255)
    }

    func missing(from earlier: UInt32, to later: UInt32) -> Int64 {
        Int64((later &- earlier &- 1) & 255)
    }

    mutating func interrupt() { forgetAxes() }

    mutating func append(
        _ bytes: Span<UInt8>, at start: Int, count: Int, into output: inout DecodedOutput
    ) {
        guard count > 0, output.streams.indices.contains(framing.signal) else { return }
        let offset = output.streams[framing.signal].count
        for (column, channel) in framing.channels.enumerated()
        where output.streams[framing.signal].columns.indices.contains(column) {
            output.streams[framing.signal].columns[column].withIntegers { values in
                var at = start + 2 + 3 * channel
                for _ in 0..<count {
                    let high = Int64(Int8(bitPattern: bytes[at])) << 16
                    values.append(high | Int64(bytes[at + 1]) << 8 | Int64(bytes[at + 2]))
                    at += length
                }
            }
        }
        output.streams[framing.signal].count += count
        for index in 0..<count {
            appendRest(bytes, at: start + index * length, offset: offset + index, into: &output)
        }
    }

    /// The six bytes before the last one.
    private mutating func appendRest(
        _ bytes: Span<UInt8>, at start: Int, offset: Int, into output: inout DecodedOutput
    ) {
        let at = start + 26
        let kind = bytes[start + 32]
        if kind == 0xC0 {
            var sum: UInt8 = 0
            for index in 0..<6 { sum |= bytes[at + index] }
            // Zeros say that there is nothing new: gravity alone is never zero on all axes.
            guard sum != 0 else { return }
            appendAcceleration((0..<6).map { bytes[at + $0] }, into: &output)
        }
        guard (0xC3...0xC6).contains(kind) else { return }
        if kind <= 0xC4 { takeAxis(bytes[at], bytes[at + 1], into: &output) }
        var milliseconds: UInt32 = 0
        for index in 2..<6 { milliseconds = milliseconds << 8 | UInt32(bytes[at + index]) }
        let before = time
        let unwrapped = unwrap(milliseconds)
        if let before, unwrapped < before {
            output.faults.append(
                DecodeFault(
                    cause: .clockReset, bytes: 0, stream: framing.signal, beforeOffset: offset))
        }
        output.streams[framing.signal].deviceTimes.append(
            DeviceTime(offset: offset, nanoseconds: unwrapped * 1_000_000))
    }

    /// The clock wraps after 49.7 days; one that goes back by less than half of that was set, since
    /// the board started anew, and is taken as it is.
    private mutating func unwrap(_ milliseconds: UInt32) -> Int64 {
        guard let time else {
            self.time = Int64(milliseconds)
            return Int64(milliseconds)
        }
        let step = milliseconds &- UInt32(truncatingIfNeeded: time)
        // Unwrapped times stay far below what nanoseconds can hold.
        let next = step < 1 << 31 && time < Self.longest ? time + Int64(step) : Int64(milliseconds)
        self.time = next
        return next
    }

    /// A hundred years in milliseconds.
    private static var longest: Int64 { 3_155_760_000_000 }

    /// One byte of the accelerometer: a capital letter names the axis's high byte, a small one its
    /// low byte. A sample is complete when `z` came and none was lost.
    private mutating func takeAxis(
        _ code: UInt8, _ value: UInt8, into output: inout DecodedOutput
    ) {
        switch code {
        case UInt8(ascii: "X"):
            forgetAxes()
            axes[0] = value
        case UInt8(ascii: "x"): axes[1] = value
        case UInt8(ascii: "Y"): axes[2] = value
        case UInt8(ascii: "y"): axes[3] = value
        case UInt8(ascii: "Z"): axes[4] = value
        case UInt8(ascii: "z"):
            axes[5] = value
            let complete = axes.compactMap(\.self)
            if complete.count == 6 { appendAcceleration(complete, into: &output) }
            forgetAxes()
        default: break
        }
    }

    private mutating func forgetAxes() {
        for index in axes.indices { axes[index] = nil }
    }

    private func appendAcceleration(_ bytes: [UInt8], into output: inout DecodedOutput) {
        guard let stream = framing.accelerometer, output.streams.indices.contains(stream) else {
            return
        }
        for (column, axis) in framing.axes.enumerated()
        where output.streams[stream].columns.indices.contains(column) {
            let value = Int64(Int8(bitPattern: bytes[2 * axis])) << 8 | Int64(bytes[2 * axis + 1])
            output.streams[stream].columns[column].withIntegers { $0.append(value) }
        }
        output.streams[stream].count += 1
    }

    // MARK: State

    func save(into writer: inout StateWriter) {
        writer.write(time != nil)
        writer.write(time ?? 0)
        for axis in axes {
            writer.write(axis != nil)
            writer.write(axis ?? 0)
        }
    }

    mutating func restore(from reader: inout StateReader) throws(StateError) {
        let hasTime = try reader.read(Bool.self)
        let time = try reader.read(Int64.self)
        guard time >= 0, time <= Self.longest + Int64(UInt32.max) else {
            throw .invalid("the saved clock is beyond all times")
        }
        self.time = hasTime ? time : nil
        for index in axes.indices {
            let hasAxis = try reader.read(Bool.self)
            let axis = try reader.read(UInt8.self)
            axes[index] = hasAxis ? axis : nil
        }
    }
}
