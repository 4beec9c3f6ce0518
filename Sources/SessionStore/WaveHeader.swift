/// The head of a RIFF WAVE file of one channel of 16-bit samples: 44 bytes, then the samples.
public struct WaveHeader: Hashable, Sendable {
    public static let byteCount = 44
    /// The most samples that fit into the format's 32-bit lengths: 12 hours at 48 kHz.
    public static let mostSamples: Int64 = (Int64(UInt32.max) - 36) / 2

    public var rate: Int
    public var samples: Int64

    public init(rate: Int, samples: Int64) {
        self.rate = rate
        self.samples = min(samples, Self.mostSamples)
    }

    /// Bytes of the whole file.
    public var fileBytes: Int64 { Int64(Self.byteCount) + 2 * samples }

    public var bytes: [UInt8] {
        var bytes: [UInt8] = []
        func add(_ text: String) { bytes.append(contentsOf: text.utf8) }
        func add(_ value: UInt32, count: Int = 4) {
            for place in 0..<count { bytes.append(UInt8(truncatingIfNeeded: value >> (8 * place))) }
        }
        let data = UInt32(clamping: 2 * samples)
        add("RIFF")
        add(data + 36)
        add("WAVE")
        add("fmt ")
        add(16)
        add(1, count: 2)  // PCM
        add(1, count: 2)  // one channel
        add(UInt32(clamping: rate))
        add(UInt32(clamping: 2 * rate))
        add(2, count: 2)
        add(16, count: 2)
        add("data")
        add(data)
        return bytes
    }
}
