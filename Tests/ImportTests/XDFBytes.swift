/// Writes XDF files byte by byte, for tests: also such as no program would write.
struct XDFBytes {
    var bytes = Array("XDF:".utf8)
    /// Where each chunk begins.
    private(set) var starts: [Int] = []

    static let boundary: [UInt8] = [
        0x43, 0xA5, 0x46, 0xDC, 0xCB, 0xF5, 0x41, 0x0F, 0xB3, 0x0E, 0xD5, 0x46, 0x73, 0x83, 0xCB,
        0xE4,
    ]

    init(header: String = "<info><version>1.0</version></info>") {
        chunk(1, Array("<?xml version=\"1.0\"?>\(header)".utf8))
    }

    /// - Parameters:
    ///   - width: bytes of the length; nil for as few as it takes.
    ///   - length: what the chunk says it has, where that is not so.
    mutating func chunk(_ tag: UInt16, _ content: [UInt8], width: Int? = nil, length: Int? = nil) {
        starts.append(bytes.count)
        bytes += Self.varying(length ?? content.count + 2, width: width)
        bytes += Self.little(tag) + content
    }

    mutating func header(
        _ stream: UInt32, name: String = "s", format: String = "double64", channels: Int = 1,
        rate: Double = 100, more: String = ""
    ) {
        chunk(
            2,
            Self.little(stream)
                + Array(
                    """
                    <?xml version="1.0"?><info><name>\(name)</name><type>Test</type>\
                    <channel_count>\(channels)</channel_count><nominal_srate>\(rate)</nominal_srate>\
                    <channel_format>\(format)</channel_format><source_id>src</source_id>\(more)</info>
                    """.utf8))
    }

    mutating func footer(_ stream: UInt32, samples: Int) {
        chunk(
            6,
            Self.little(stream)
                + Array(
                    "<?xml version=\"1.0\"?><info><sample_count>\(samples)</sample_count></info>"
                        .utf8))
    }

    mutating func offset(_ stream: UInt32, _ time: Double, _ value: Double) {
        chunk(4, Self.little(stream) + Self.little(time.bitPattern) + Self.little(value.bitPattern))
    }

    mutating func mark() { chunk(5, Self.boundary) }

    /// Samples with their stamps, nil for none, and the bytes of their values.
    mutating func samples(
        _ stream: UInt32, _ samples: [(stamp: Double?, values: [UInt8])], width: Int? = nil,
        countWidth: Int? = nil, count: Int? = nil, length: Int? = nil
    ) {
        var content = Self.little(stream) + Self.varying(count ?? samples.count, width: countWidth)
        for sample in samples {
            if let stamp = sample.stamp {
                content += [8] + Self.little(stamp.bitPattern)
            } else {
                content.append(0)
            }
            content += sample.values
        }
        chunk(3, content, width: width, length: length)
    }

    /// Samples of one channel of doubles: the number of each, at 100 Hz from a stamp on.
    mutating func numbers(
        _ stream: UInt32, _ range: Range<Int>, from stamp: Double = 1000, step: Double = 0.01
    ) {
        samples(
            stream,
            range.map { (stamp + Double($0) * step, Self.little(Double($0).bitPattern)) })
    }

    static func text(_ text: String) -> [UInt8] {
        varying(text.utf8.count, width: nil) + Array(text.utf8)
    }

    static func little(_ number: some FixedWidthInteger) -> [UInt8] {
        (0..<number.bitWidth / 8).map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) }
    }

    static func varying(_ number: Int, width: Int?) -> [UInt8] {
        switch width ?? (number > 0xFFFF_FFFF ? 8 : number > 0xFF ? 4 : 1) {
        case 1: [1, UInt8(truncatingIfNeeded: number)]
        case 4: [4] + little(UInt32(truncatingIfNeeded: number))
        default: [8] + little(UInt64(number))
        }
    }
}
