import Foundation

/// The signal that `attune-bench ingest` pushes and finds again in the file: eight channels of 12
/// bits, a slow wave with two bits of noise, known for each sample from its number alone.
struct IngestSignal {
    static let channelCount = 8
    /// A prime, so that no chunk or packet length divides it.
    private static let period = 100_003
    private let table: [Int16]

    init() {
        var state: UInt64 = 1
        var table: [Int16] = []
        table.reserveCapacity(Self.period)
        for index in 0..<Self.period {
            // xorshift64: repeatable, and good enough for noise.
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            let wave = 2000 * sin(2 * Double.pi * 17 * Double(index) / Double(Self.period))
            table.append(Int16(wave) + Int16(state & 3))
        }
        self.table = table
    }

    /// The value of a sample in a channel.
    func value(_ index: Int64, _ channel: Int) -> Int16 {
        table[Int((index &+ Int64(channel) &* 7919) % Int64(Self.period))]
    }
}
