/// How coarse a client's clock is. Browsers round theirs to 5 µs, 20 µs, 100 µs, 1 ms, one frame or
/// 100 ms, depending on their make and on what the page is allowed to see.
struct ClientResolution: Hashable, Sendable {
    private static let steps: [Int64] = [
        100_000_000, 16_666_667, 1_000_000, 100_000, 20_000, 5_000,
    ]
    private var first: Int64?
    /// Bit i: all readings so far lie at whole multiples of step i from the first.
    private var possible: UInt8 = 0b11_1111

    mutating func take(_ trip: RoundTrip) {
        let origin = first ?? trip.clientSent
        first = origin
        for reading in [trip.clientSent, trip.clientReceived] where reading != origin {
            for (bit, step) in Self.steps.enumerated() {
                let away = (reading &- origin).magnitude % UInt64(step)
                // Rounding into nanoseconds may be off a little, a frame's length more so.
                let slack = UInt64(step == 16_666_667 ? 300_000 : 500)
                if min(away, UInt64(step) - away) > slack { possible &= ~(1 << UInt8(bit)) }
            }
        }
    }

    /// Nanoseconds from one reading to the next one that differs: the coarsest step that nothing has
    /// contradicted; 0 for a fine clock.
    var step: Int64 {
        Self.steps.enumerated().first { possible & (1 << UInt8($0.offset)) != 0 }?.element ?? 0
    }

    func save(into writer: inout StateWriter) {
        writer.write(first != nil)
        writer.write(first ?? 0)
        writer.write(possible)
    }

    mutating func restore(from reader: inout StateReader) throws(StateError) {
        let isBegun = try reader.read(Bool.self)
        let origin = try reader.read(Int64.self)
        first = isBegun ? origin : nil
        possible = try reader.read()
    }
}
