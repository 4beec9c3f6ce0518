/// A frame of fixed length as a profile declares it.
struct FixedForm: FrameForm {
    let framing: FrameFraming
    let length: Int
    let samplesPerFrame: [Int]
    private let counterMask: UInt32
    private let step: UInt32

    init(_ framing: FrameFraming, streams: Int) {
        self.framing = framing
        length = framing.length
        var samples = [Int](repeating: 0, count: streams)
        for field in framing.fields where samples.indices.contains(field.stream) {
            samples[field.stream] = field.count
        }
        samplesPerFrame = samples
        counterMask = framing.counter.map { UInt32((UInt64(1) << $0.type.bits) - 1) } ?? 0
        step = max(1, framing.counter?.step ?? 1)
    }

    var confirmations: Int { framing.confirmations }
    var isNumbered: Bool { framing.counter != nil }
    var turn: Int64? {
        let numbers = UInt64(counterMask) + 1
        guard framing.counter != nil, numbers % UInt64(step) == 0 else { return nil }
        return Int64(numbers / UInt64(step))
    }

    func isFrame(_ bytes: Span<UInt8>, at start: Int) -> Bool {
        for (index, byte) in framing.sync.enumerated() where bytes[start + index] != byte {
            return false
        }
        let endStart = start + length - framing.end.count
        for (index, byte) in framing.end.enumerated() where bytes[endStart + index] != byte {
            return false
        }
        guard let checksum = framing.checksum else { return true }
        let sum = checksum.kind.sum(bytes, start + checksum.from..<start + checksum.to)
        let stored = Self.unsigned(
            bytes, at: start + checksum.at, size: checksum.kind.size, checksum.byteOrder)
        return UInt32(sum) == stored
    }

    func number(_ bytes: Span<UInt8>, at start: Int) -> UInt32 {
        guard let counter = framing.counter else { return 0 }
        return Self.unsigned(
            bytes, at: start + counter.at, size: counter.type.size, counter.byteOrder)
    }

    func distance(from earlier: UInt32, to later: UInt32) -> Int64 {
        guard framing.counter != nil else { return 1 }
        let difference = (later &- earlier) & counterMask
        // A number between two steps is no neighbour, and tells of one loss at least.
        return difference % step == 0 ? Int64(difference / step) : Int64(difference / step) + 2
    }

    func missing(from earlier: UInt32, to later: UInt32) -> Int64 {
        guard framing.counter != nil else { return 0 }
        return Int64(((later &- earlier &- step) & counterMask) / step)
    }

    func append(
        _ bytes: Span<UInt8>, at start: Int, count: Int, into output: inout DecodedOutput
    ) {
        guard count > 0 else { return }
        for field in framing.fields {
            guard output.streams.indices.contains(field.stream),
                output.streams[field.stream].columns.indices.contains(field.channel)
            else { continue }
            let size = field.type.size
            if field.type == .f32 {
                output.streams[field.stream].columns[field.channel].withReals { values in
                    each(field, start, count) { at in
                        let pattern = Self.unsigned(bytes, at: at, size: 4, field.byteOrder)
                        values.append(Double(Float(bitPattern: pattern)))
                    }
                }
            } else {
                let isSigned = field.type.isSigned
                let shift = 32 - field.type.bits
                output.streams[field.stream].columns[field.channel].withIntegers { values in
                    each(field, start, count) { at in
                        let number = Self.unsigned(bytes, at: at, size: size, field.byteOrder)
                        values.append(
                            isSigned
                                ? Int64(Int32(bitPattern: number << shift) >> shift)
                                : Int64(number))
                    }
                }
            }
        }
        for (stream, samples) in samplesPerFrame.enumerated()
        where output.streams.indices.contains(stream) {
            output.streams[stream].count += samples * count
        }
    }

    /// Calls with the place of each of a field's numbers.
    @inline(__always)
    private func each(
        _ field: FrameFraming.Field, _ start: Int, _ frames: Int, _ body: (Int) -> Void
    ) {
        var frame = start
        for _ in 0..<frames {
            var at = frame + field.at
            for _ in 0..<field.count {
                body(at)
                at += field.stride
            }
            frame += length
        }
    }

    @inline(__always)
    static func unsigned(
        _ bytes: Span<UInt8>, at: Int, size: Int, _ order: FrameFraming.ByteOrder
    ) -> UInt32 {
        var value: UInt32 = 0
        switch order {
        case .little:
            for index in 0..<size { value |= UInt32(bytes[at + index]) << UInt32(8 * index) }
        case .big:
            for index in 0..<size { value = value << 8 | UInt32(bytes[at + index]) }
        }
        return value
    }
}

extension FrameFraming.FieldType {
    var isSigned: Bool {
        switch self {
        case .s8, .s16, .s24, .s32: true
        case .u8, .u16, .u24, .u32, .f32: false
        }
    }
}

extension FrameFraming.Checksum.Kind {
    /// The sum over these bytes.
    func sum(_ bytes: Span<UInt8>, _ range: Range<Int>) -> UInt16 {
        switch self {
        case .sum8:
            var sum: UInt8 = 0
            for index in range { sum &+= bytes[index] }
            return UInt16(sum)
        case .xor8:
            var sum: UInt8 = 0
            for index in range { sum ^= bytes[index] }
            return UInt16(sum)
        case .crc16:
            var crc: UInt16 = 0xFFFF
            for index in range {
                crc ^= UInt16(bytes[index]) << 8
                for _ in 0..<8 { crc = crc & 0x8000 != 0 ? crc << 1 ^ 0x1021 : crc << 1 }
            }
            return crc
        case .crc16Modbus:
            var crc: UInt16 = 0xFFFF
            for index in range {
                crc ^= UInt16(bytes[index])
                for _ in 0..<8 { crc = crc & 1 != 0 ? crc >> 1 ^ 0xA001 : crc >> 1 }
            }
            return crc
        }
    }

    /// The sum over a whole array, for those who make frames.
    public func sum(of bytes: [UInt8]) -> UInt16 { sum(bytes.span, 0..<bytes.count) }
}
