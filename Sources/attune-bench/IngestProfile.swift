import DeviceProfiles

/// A device with eight channels of 16 bits at 125 kHz, as a profile.
enum IngestProfile {
    static let frameBytes = 20

    static func load() throws -> DeviceProfile {
        let channels = (0..<IngestSignal.channelCount).map { "c\($0)" }
        let fields = channels.enumerated().map { index, name in
            "      - {name: \(name), at: \(4 + 2 * index), type: s16}\n"
        }
        let sources = channels.map { "      - {source: \($0), unit: \"1\"}\n" }
        return try DeviceProfile.read(
            """
            name: bench
            version: 1
            title: Eight channels at 125 kHz
            transport:
              serial: {baud: 4000000}
            framing:
              frames:
                length: \(frameBytes)
                sync: [0xA5, 0x5A]
                counter: {at: 2, type: u16}
                fields:
            \(fields.joined())
            streams:
              - name: bench
                rate: 125000
                clock: counter
                typicalDelayMilliseconds: 1
                delayUncertaintyMilliseconds: 1
                channels:
            \(sources.joined())
            """, file: "bench.yaml")
    }

    /// Appends the frame of a sample.
    static func append(_ index: Int64, _ signal: IngestSignal, to bytes: inout [UInt8]) {
        bytes.append(0xA5)
        bytes.append(0x5A)
        bytes.append(UInt8(truncatingIfNeeded: index))
        bytes.append(UInt8(truncatingIfNeeded: index >> 8))
        appendValues(index, signal, to: &bytes)
    }

    /// Appends the eight values of a sample.
    static func appendValues(_ index: Int64, _ signal: IngestSignal, to bytes: inout [UInt8]) {
        for channel in 0..<IngestSignal.channelCount {
            let value = signal.value(index, channel)
            bytes.append(UInt8(truncatingIfNeeded: value))
            bytes.append(UInt8(truncatingIfNeeded: value >> 8))
        }
    }
}
