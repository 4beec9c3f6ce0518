import DeviceProfiles
import Timebase

/// A packet of Polar's measurement data, written from the protocol's description.
func polarPacket(_ type: UInt8, time: UInt64, frame: UInt8, _ content: [UInt8]) -> [UInt8] {
    [type] + (0..<8).map { UInt8(truncatingIfNeeded: time >> UInt64(8 * $0)) } + [frame] + content
}

func little(_ value: Int, bytes: Int) -> [UInt8] {
    (0..<bytes).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
}

/// A packet of raw ECG.
func ecgPacket(_ values: [Int], time: UInt64) -> [UInt8] {
    polarPacket(0, time: time, frame: 0, values.flatMap { little($0, bytes: 3) })
}

/// A compressed content: each block of differences in as many bits as it needs. The bits are put
/// together one by one as text, quite unlike the decoder.
func compressedContent(_ samples: [[Int]], referenceBytes: Int, block: Int) -> [UInt8] {
    guard let first = samples.first else { return [] }
    var bytes = first.flatMap { little($0, bytes: referenceBytes) }
    var index = 1
    while index < samples.count {
        let end = min(index + block, samples.count)
        let differences = (index..<end).flatMap { at in
            zip(samples[at], samples[at - 1]).map { $0 - $1 }
        }
        let bits = differences.map { 65 - (($0 < 0 ? ~$0 : $0).leadingZeroBitCount) }.max() ?? 1
        bytes += [UInt8(bits), UInt8(end - index)]
        var text: [Bool] = differences.flatMap { value in (0..<bits).map { value >> $0 & 1 == 1 } }
        while text.count % 8 != 0 { text.append(false) }
        for start in stride(from: 0, to: text.count, by: 8) {
            bytes.append((0..<8).reduce(UInt8(0)) { text[start + $1] ? $0 | 1 << UInt8($1) : $0 })
        }
        index = end
    }
    return bytes
}

/// Decodes packets of the data characteristic, one after the other.
struct PolarReader {
    let profile: DeviceProfile
    var decoder: any SampleDecoder
    var output: DecodedOutput
    let data: Int
    let control: Int

    init(_ name: String, options: ProfileOptions = ProfileOptions()) throws {
        profile = try shipped(name).applying(options: options)
        decoder = profile.makeDecoder()
        output = DecodedOutput(profile)
        guard case .polar(let framing) = profile.framing else {
            data = -1
            control = -1
            return
        }
        data = framing.data
        control = framing.control
    }

    mutating func take(_ packet: [UInt8]) {
        decoder.decode(packet: packet, from: data, into: &output)
    }
}
