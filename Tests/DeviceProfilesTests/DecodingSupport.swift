import DeviceProfiles
import Timebase

/// The repository's folder of profiles.
let profileDirectory =
    #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3)
    .joined(separator: "/") + "/Devices/profiles"

extension SampleDecoder {
    mutating func decode(_ bytes: [UInt8], into output: inout DecodedOutput) {
        // The pointer is used within this call only.
        unsafe bytes.withUnsafeBytes { buffer in unsafe decode(buffer, into: &output) }
    }

    mutating func decode(
        packet: [UInt8], from characteristic: Int, into output: inout DecodedOutput
    ) {
        // Likewise.
        unsafe packet.withUnsafeBytes { buffer in
            unsafe decode(packet: buffer, from: characteristic, into: &output)
        }
    }
}

/// Decodes all bytes in one call.
func decode(_ bytes: [UInt8], _ profile: DeviceProfile, isEnd: Bool = false) -> DecodedOutput {
    var decoder = profile.makeDecoder()
    var output = DecodedOutput(profile)
    decoder.decode(bytes, into: &output)
    if isEnd { decoder.finish(into: &output) }
    return output
}

/// Bytes from hexadecimal digits with spaces between.
func hex(_ text: String) -> [UInt8] {
    let digits = Array(text.filter { $0 != " " })
    return stride(from: 0, to: digits.count - 1, by: 2).compactMap {
        UInt8(String(digits[$0...$0 + 1]), radix: 16)
    }
}

/// Decodes packets of one characteristic, by its name, in one output.
func decode(
    packets: [String], of name: String, _ profile: DeviceProfile, settings: [UInt8] = []
) -> DecodedOutput {
    var decoder = profile.makeDecoder()
    var output = DecodedOutput(profile)
    guard case .bluetooth(let transport) = profile.transport,
        let index = transport.index(named: name)
    else { return output }
    decoder.configure(settings)
    for packet in packets { decoder.decode(packet: hex(packet), from: index, into: &output) }
    return output
}

extension DecodedStream {
    func integers(_ column: Int) -> [Int64] {
        if case .integers(let values) = columns[column] { values } else { [] }
    }
    func reals(_ column: Int) -> [Double] {
        if case .reals(let values) = columns[column] { values } else { [] }
    }
    /// Every column has as many values as the stream counts.
    var isEven: Bool { columns.allSatisfy { $0.count == count } }
}

/// Whether outputs are the same, counting NaN as equal to itself.
func same(_ left: DecodedOutput, _ right: DecodedOutput) -> Bool {
    guard left.faults == right.faults, left.streams.count == right.streams.count else {
        return false
    }
    return zip(left.streams, right.streams).allSatisfy { left, right in
        left.count == right.count && left.breaks == right.breaks && left.ages == right.ages
            && left.deviceTimes == right.deviceTimes
            && zip(left.columns, right.columns).allSatisfy { left, right in
                switch (left, right) {
                case (.reals(let left), .reals(let right)):
                    left.map(\.bitPattern) == right.map(\.bitPattern)
                default: left == right
                }
            }
    }
}

/// A BITalino's frame, written from the protocol's description.
func bitalinoFrame(_ analog: [Int], digital: Int = 0, sequence: Int) -> [UInt8] {
    // A bit string from the last bit backwards would be natural; here simply slot by slot.
    var frame = [UInt8](repeating: 0, count: [3, 4, 6, 7, 8, 8][analog.count - 1])
    let end = frame.count
    func put(_ back: Int, _ bits: Int) { frame[end - back] |= UInt8(bits & 0xFF) }
    put(2, digital << 4)
    for (slot, value) in analog.enumerated() {
        switch slot {
        case 0:
            put(2, value >> 6)
            put(3, (value & 0x3F) << 2)
        case 1:
            put(3, value >> 8)
            put(4, value)
        case 2:
            put(5, value >> 2)
            put(6, (value & 3) << 6)
        case 3:
            put(6, value >> 4)
            put(7, (value & 0xF) << 4)
        case 4:
            put(7, value >> 2)
            put(8, (value & 3) << 6)
        default: put(8, value)
        }
    }
    // CRC-4 with polynomial x⁴ + x + 1, bit by bit.
    put(1, (sequence & 15) << 4)
    var crc = 0
    var bits = frame.dropLast().flatMap { byte in (0..<8).reversed().map { Int(byte >> $0) & 1 } }
    bits += (4..<8).reversed().map { Int(frame[end - 1] >> $0) & 1 }
    for bit in bits + [0, 0, 0, 0] {
        crc = crc << 1 | bit
        if crc & 16 != 0 { crc ^= 0b10011 }
    }
    put(1, crc)
    return frame
}

func bitalinoProfile(_ channels: [String] = ["A2", "A3"], rate: Double = 1000) throws
    -> DeviceProfile
{
    try DeviceProfile.load(path: profileDirectory + "/bitalino.yaml")
        .applying(options: ProfileOptions(rate: rate, channels: channels))
}

/// So many frames with values that tell their index.
func bitalinoFrames(_ range: Range<Int>, channels: Int = 2) -> [UInt8] {
    range.flatMap { index in
        bitalinoFrame(
            (0..<channels).map { (index * 7 + $0 * 31) % ($0 < 4 ? 1024 : 64) },
            digital: index / 5 % 16, sequence: index % 16)
    }
}

func bitalinoValues(_ range: Range<Int>, channel: Int) -> [Int64] {
    range.map { Int64(($0 * 7 + channel * 31) % (channel < 4 ? 1024 : 64)) }
}
