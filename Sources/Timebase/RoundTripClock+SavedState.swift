extension RoundTripClock: SavedState {
    private static let capacity: UInt32 = 100_000

    public func save(into writer: inout StateWriter) {
        writer.write(UInt8(1))
        for list in [trips, pending] {
            writer.write(UInt32(list.count))
            for trip in list {
                writer.write(trip.clientSent)
                writer.write(trip.received.nanoseconds)
                writer.write(trip.sent.nanoseconds)
                writer.write(trip.clientReceived)
            }
        }
        resolution.save(into: &writer)
        writer.write(Int64(resets))
        let kept = rows + (current.map { [$0] } ?? [])
        writer.write(current != nil)
        writer.write(UInt32(kept.count))
        for row in kept {
            writer.write(row.first)
            writer.write(row.last)
            writer.write(row.origin.nanoseconds)
            writer.write(row.rate)
            writer.write(row.bound)
            writer.write(row.drift)
            writer.write(row.jitter)
        }
    }

    /// Restores what was saved. Rows that `update()` has not given yet are not part of it: the state is
    /// saved after them.
    public mutating func restore(from reader: inout StateReader) throws(StateError) {
        try reader.expectVersion(1)
        trips = try Self.trips(&reader)
        pending = try Self.trips(&reader)
        resolution = ClientResolution()
        try resolution.restore(from: &reader)
        resets = Int(clamping: max(0, min(try reader.read(Int64.self), 1 << 40)))
        let hasCurrent = try reader.read(Bool.self)
        let count = try reader.read(UInt32.self)
        guard count <= 66 else { throw .invalid("\(count) rows") }
        rows = []
        for _ in 0..<count {
            rows.append(
                ClientClockRow(
                    first: try reader.read(), last: try reader.read(),
                    origin: Instant(nanoseconds: try reader.read()), rate: try reader.read(),
                    bound: try reader.read(), drift: try reader.read(), jitter: try reader.read()))
        }
        current = hasCurrent ? rows.popLast() : nil
        changed = []
        line = trips.isEmpty ? nil : OffsetLine(trips, resolution: Double(resolution.step))
    }

    private static func trips(_ reader: inout StateReader) throws(StateError) -> [RoundTrip] {
        let count = try reader.read(UInt32.self)
        guard count <= capacity else { throw .invalid("\(count) round trips") }
        var trips: [RoundTrip] = []
        for _ in 0..<count {
            let trip = RoundTrip(
                clientSent: try reader.read(), received: Instant(nanoseconds: try reader.read()),
                sent: Instant(nanoseconds: try reader.read()), clientReceived: try reader.read())
            guard trip.isPossible else { throw .invalid("a round trip that cannot be") }
            trips.append(trip)
        }
        return trips
    }
}
