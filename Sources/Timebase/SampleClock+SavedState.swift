extension SampleClock: SavedState {
    public func save(into writer: inout StateWriter) {
        writer.write(UInt8(3))
        writer.write(nextIndex)
        fit.save(into: &writer)
        writer.write(epoch.nanoseconds)
        writer.write(UInt32(parts.count))
        for part in parts {
            writer.write(part.firstIndex)
            writer.write(part.offset)
            writer.write(part.doubt)
            writer.write(part.gap != nil)
            if let gap = part.gap {
                writer.write(gap.cause.rawValue)
                writer.write(gap.lost)
                writer.write(gap.lostBound)
                writer.write(gap.start?.nanoseconds ?? .min)
            }
        }
        writer.write(late != nil)
        late?.save(into: &writer)
        writer.write(interruption?.rawValue ?? "")
        writer.write(restartsFit)
        writer.write(learnedPeriod ?? .nan)
        writer.write(reopening != nil)
        if let reopening {
            writer.write(reopening.start.nanoseconds)
            writer.write(reopening.period)
            writer.write(reopening.firstArrival.nanoseconds)
            writer.write(reopening.packets)
            writer.write(reopening.spread)
        }
        writer.write(lastArrival?.nanoseconds ?? .min)
        writer.write(Int64(sinceFullReport))
        writer.write(isChanged)
        writer.write(arrivalBound)
        writer.write(UInt8(interruptions.count))
        for told in interruptions {
            writer.write(told.index)
            writer.write(told.cause.rawValue)
        }
        writer.write(slept)
        writer.write(waited?.until.nanoseconds ?? .min)
        writer.write(waited?.nanoseconds ?? 0)
    }

    /// Restores what was saved. Rows not yet taken by `update()` are not part of the state: the state
    /// is saved together with them, after `update()`.
    public mutating func restore(from reader: inout StateReader) throws(StateError) {
        try reader.expectVersion(3)
        nextIndex = try reader.read()
        try fit.restore(from: &reader)
        epoch = Instant(nanoseconds: try reader.read())
        let count = Int(try reader.read(UInt32.self))
        guard count <= Self.openParts + 1 else { throw .invalid("\(count) parts") }
        parts = []
        for _ in 0..<count {
            var part = Part(firstIndex: try reader.read(), offset: try reader.read(), gap: nil)
            part.doubt = max(0, min(try reader.read(), 1 << 50))
            if try reader.read(Bool.self) {
                let cause = try Self.cause(try reader.readString())
                let lost: Int64 = try reader.read()
                let lostBound: Int64 = try reader.read()
                let start: Int64 = try reader.read()
                part.gap = Loss(
                    cause: cause, lost: lost, lostBound: lostBound,
                    start: start == .min ? nil : Instant(nanoseconds: start))
            }
            parts.append(part)
        }
        late = try reader.read(Bool.self) ? try Lateness(&reader) : nil
        let name = try reader.readString()
        interruption = name.isEmpty ? nil : try Self.cause(name)
        restartsFit = try reader.read()
        let learned: Double = try reader.read()
        learnedPeriod = learned.isFinite && learned > 0 ? learned : nil
        reopening = nil
        if try reader.read(Bool.self) {
            let start: Int64 = try reader.read()
            let period: Double = try reader.read()
            reopening = Reopening(
                start: Instant(nanoseconds: start), period: period,
                firstArrival: Instant(nanoseconds: try reader.read()),
                packets: try reader.read(), spread: try reader.read())
        }
        let arrival: Int64 = try reader.read()
        lastArrival = arrival == .min ? nil : Instant(nanoseconds: arrival)
        sinceFullReport = Int(clamping: try reader.read(Int64.self))
        outbox = ClockUpdate()
        isChanged = try reader.read()
        arrivalBound = max(0, min(try reader.read(), 1 << 50))
        interruptions = []
        for _ in 0..<(try reader.read(UInt8.self)) {
            let index: Int64 = try reader.read()
            interruptions.append(
                Interruption(index: index, cause: try Self.cause(try reader.readString())))
        }
        slept = max(0, min(try reader.read(), 1 << 60))
        let until: Int64 = try reader.read()
        let nanoseconds: Int64 = try reader.read()
        waited =
            nanoseconds > 0
            ? Waited(
                until: Instant(nanoseconds: until), nanoseconds: min(nanoseconds, 1 << 50)) : nil
    }

    private static func cause(_ name: String) throws(StateError) -> Gap.Cause {
        guard let cause = Gap.Cause(rawValue: name) else {
            throw .invalid("unknown gap cause \(name)")
        }
        return cause
    }
}
