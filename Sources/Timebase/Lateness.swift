/// Arrivals that are late, and what is known of them, until it is decided whether samples are missing.
struct Lateness: Hashable, Sendable {
    struct Arrival: Hashable, Sendable {
        /// Its last sample.
        var index: Int64
        var samples: Int64
        var point: LowerHull.Point
    }

    /// The least late arrival of a quarter of a second and eight packets.
    struct Window: Hashable, Sendable {
        var firstIndex: Int64
        var began: Double
        var packets: Int64 = 0
        var least = Double.infinity

        var isFull: Bool { packets >= Lateness.windowPackets }
    }

    /// How evenly late the newest windows are.
    struct Steadiness: Hashable, Sendable {
        /// Turns of the counter that would explain the lateness.
        var turns: Int64
        /// How many windows agree, and the first sample of the first of them.
        var windows: Int
        var firstIndex: Int64
    }

    static let windowTime = 250e6
    static let windowPackets: Int64 = 8
    static let windowCapacity = 256
    /// Arrivals that are kept. Of more, every second one is dropped, the later of two.
    static let capacity = 4096

    /// First sample after the loss, if it is one.
    let firstIndex: Int64
    /// The counter itself shows that samples went missing right before `firstIndex`.
    let isCertain: Bool
    let firstArrival: Double
    private(set) var least = Double.infinity
    private(set) var arrivals: [Arrival] = []
    private(set) var windows: [Window] = []

    init(firstIndex: Int64, isCertain: Bool, firstArrival: Double) {
        self.firstIndex = firstIndex
        self.isCertain = isCertain
        self.firstArrival = firstArrival
    }

    /// How long arrivals have been late, in nanoseconds.
    var duration: Double { (arrivals.last?.point.y ?? firstArrival) - firstArrival }

    /// Least lateness of the last two windows.
    var newest: Double { windows.suffix(2).reduce(.infinity) { min($0, $1.least) } }

    /// - Returns: whether a window is complete, so that it is worth while to look at them again.
    mutating func add(_ arrival: Arrival, lateness: Double) -> Bool {
        least = min(least, lateness)
        let isBehind = isComplete(at: arrivals.last?.point.y ?? arrival.point.y)
        arrivals.append(arrival)
        if arrivals.count >= Self.capacity { thin() }
        if windows.isEmpty || isBehind { begin(arrival) }
        windows[windows.count - 1].packets += 1
        windows[windows.count - 1].least = min(windows[windows.count - 1].least, lateness)
        return isComplete(at: arrival.point.y)
    }

    /// Nothing is known to hold from one side of a place to the other.
    mutating func breakWindow() { isBroken = true }
    private var isBroken = false

    private func isComplete(at y: Double) -> Bool {
        guard let last = windows.last else { return false }
        return isBroken || (last.isFull && y - last.began >= Self.windowTime)
    }

    private mutating func begin(_ arrival: Arrival) {
        isBroken = false
        // What is so old was not even, or it would have been decided.
        if windows.count >= Self.windowCapacity { windows.removeFirst(Self.windowCapacity / 2) }
        windows.append(
            Window(
                firstIndex: windows.isEmpty
                    ? firstIndex : max(firstIndex, arrival.index - arrival.samples + 1),
                began: arrival.point.y))
    }

    private mutating func thin() {
        var kept = Array(arrivals.prefix(arrivals.count / 8))
        var place = kept.count
        while place + 1 < arrivals.count {
            // The same line is under both; the one that is lower beside it is worth keeping.
            let (a, b) = (arrivals[place], arrivals[place + 1])
            let slope = (b.point.y - a.point.y) / max(1, b.point.x - a.point.x)
            kept.append(slope < meanSlope ? b : a)
            place += 2
        }
        kept.append(contentsOf: arrivals[place...])
        arrivals = kept
    }

    private var meanSlope: Double {
        guard let first = arrivals.first, let last = arrivals.last else { return 0 }
        return (last.point.y - first.point.y) / max(1, last.point.x - first.point.x)
    }

    /// Whether the newest arrivals are late by one and the same number of whole turns.
    ///
    /// Transport delay is a constant plus something that is never negative, so the least late arrival
    /// of each window shows the lateness itself: behind a lost turn all of them lie at whole turns,
    /// within a fraction of the mean delay. Where a host is busy they lie anywhere, and differ. With
    /// much jitter a window holds no arrival without delay; therefore two, four and eight windows are
    /// also taken together.
    /// - Parameters:
    ///   - turn: nanoseconds of one turn of the counter.
    ///   - needed: how many windows in a row must agree.
    /// - Returns: nil where they do not.
    func steady(turn: Double, needed: Int) -> Steadiness? {
        var scale = 1
        while scale <= 8 && windows.count >= needed * scale {
            if let found = steady(turn, needed, scale) { return found }
            scale *= 2
        }
        return nil
    }

    /// Whether the newest arrivals are late by the same, whatever that is: what drains out of a buffer
    /// comes less and less late.
    /// - Parameters:
    ///   - needed: how many windows in a row.
    ///   - length: nanoseconds that they have to last together.
    ///   - spread: nanoseconds by which they may differ.
    func isLevel(needed: Int, lasting length: Double, within spread: Double) -> Bool {
        let full = windows.filter(\.isFull)
        guard let last = arrivals.last?.point.y,
            let first = full.lastIndex(where: { last - $0.began >= length })
        else { return false }
        let newest = full[min(first, max(0, full.count - needed))...].map(\.least)
        guard newest.count >= needed, let low = newest.min(), let high = newest.max() else {
            return false
        }
        return high - low <= spread
    }

    private func steady(_ turn: Double, _ needed: Int, _ scale: Int) -> Steadiness? {
        var groups = 0
        var end = windows.count
        var level = (least: Double.infinity, most: -Double.infinity)
        var turns: Int64?
        while end >= scale {
            let least = windows[(end - scale)..<end].reduce(.infinity) { min($0, $1.least) }
            let number = (least / turn).rounded()
            let wider = (least: min(level.least, least), most: max(level.most, least))
            guard number >= 1, abs(least - number * turn) < turn / 5,
                wider.most - wider.least < turn / 6, turns == nil || Double(turns ?? 0) == number
            else { break }
            turns = Int64(clamping: number)
            level = wider
            groups += 1
            end -= scale
        }
        // The windows before them may end evenly all the same.
        guard let turns, groups >= needed else { return nil }
        while end > 0, abs(windows[end - 1].least - Double(turns) * turn) < turn / 5 { end -= 1 }
        return Steadiness(turns: turns, windows: groups, firstIndex: windows[end].firstIndex)
    }

    /// Index of the first sample after the loss.
    ///
    /// What waited in the kernel while nobody read arrives in one burst, faster than the device
    /// samples; it continues what was before, and the loss lies behind it.
    func place(period: Double) -> Int64 {
        guard var previous = arrivals.first, !isCertain else { return firstIndex }
        let typical = Double(arrivals.last?.samples ?? 1)
        guard Double(previous.samples) > 2 * typical, previous.index >= firstIndex else {
            return firstIndex
        }
        for next in arrivals.dropFirst() {
            let room = Double(next.samples) * period
            if Double(next.samples) <= 2 * typical { break }
            if next.point.y - previous.point.y > room / 2 { break }
            previous = next
        }
        return previous.index + 1
    }
}

extension Lateness {
    func save(into writer: inout StateWriter) {
        writer.write(firstIndex)
        writer.write(isCertain)
        writer.write(firstArrival)
        writer.write(least)
        writer.write(isBroken)
        writer.write(UInt32(arrivals.count))
        for arrival in arrivals {
            writer.write(arrival.index)
            writer.write(arrival.samples)
            writer.write(arrival.point.x)
            writer.write(arrival.point.y)
        }
        writer.write(UInt32(windows.count))
        for window in windows {
            writer.write(window.firstIndex)
            writer.write(window.began)
            writer.write(window.packets)
            writer.write(window.least)
        }
    }

    init(_ reader: inout StateReader) throws(StateError) {
        self.init(
            firstIndex: try reader.read(), isCertain: try reader.read(),
            firstArrival: try reader.read())
        least = try reader.read()
        isBroken = try reader.read()
        let count = Int(try reader.read(UInt32.self))
        guard count <= Self.capacity else { throw .invalid("\(count) late arrivals") }
        for _ in 0..<count {
            arrivals.append(
                Arrival(
                    index: try reader.read(), samples: try reader.read(),
                    point: LowerHull.Point(x: try reader.read(), y: try reader.read())))
        }
        let kept = Int(try reader.read(UInt32.self))
        guard kept <= Self.windowCapacity else { throw .invalid("\(kept) windows") }
        for _ in 0..<kept {
            windows.append(
                Window(
                    firstIndex: try reader.read(), began: try reader.read(),
                    packets: max(0, min(try reader.read(), 1 << 40)), least: try reader.read()))
        }
    }
}
