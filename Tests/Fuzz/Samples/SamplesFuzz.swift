import Timebase

// The program that libFuzzer drives: what lies in the blobs of a session file. See fuzz.sh. It is compiled
// with the decoders of SessionStore as one module.
//
// Byte 0: what is read; byte 1: how many channels, and which are real; bytes 2 and 3: how many samples the
// row claims. Then the blob: as it is for zlib and FLAC, or the columns that a blob would expand to.

private let decoder: ChunkDecoder = {
    guard let decoder = try? ChunkDecoder() else { fatalError("no memory for a decoder") }
    return decoder
}()
// libFuzzer calls on one thread.
nonisolated(unsafe) private let deflater: Deflater = {
    guard let deflater = try? Deflater(level: 1) else { fatalError("no memory for a deflater") }
    return deflater
}()

@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
    guard size >= 4 else { return 0 }
    // libFuzzer keeps the bytes for the call, in which they are copied.
    let bytes = unsafe Array(UnsafeBufferPointer(start: start, count: size))
    // At most a million: SessionStoreTests try the limit itself, which takes long.
    let count = Int(bytes[2]) << min(12, Int(bytes[3] & 15)) | Int(bytes[3] >> 4)
    let channels = (0..<Int(bytes[1] & 7)).map {
        ChannelDescription(
            name: "c\($0)", storage: bytes[1] >> (3 + $0 % 5) & 1 == 0 ? .integer : .real)
    }
    let content = Array(bytes.dropFirst(4))
    // All of these use the bytes within their calls only.
    switch bytes[0] & 7 {
    case 0, 1: unsafe packed(content) { unsafe columns($0, count, channels) }
    case 2: unsafe packed(content) { unsafe packets($0, count) }
    case 3: unsafe content.withUnsafeBytes { unsafe columns($0, count, channels) }
    case 4: unsafe content.withUnsafeBytes { unsafe packets($0, count) }
    case 5:
        unsafe (AudioCoder.magic + content).withUnsafeBytes { unsafe columns($0, count, channels) }
    case 6: unsafe packed(content) { unsafe oneColumn($0, count, channels) }
    default: lines(content)
    }
    return 0
}

private func packed(_ bytes: [UInt8], _ body: (UnsafeRawBufferPointer) -> Void) {
    do {
        // The blob is valid within the call.
        try unsafe deflater.compress(bytes) { blob throws(SessionStoreError) in unsafe body(blob) }
    } catch { fatalError("\(error)") }
}

private func columns(
    _ blob: UnsafeRawBufferPointer, _ count: Int, _ channels: [ChannelDescription]
) {
    guard let columns = unsafe decoder.columns(blob, count: count, channels: channels) else {
        return
    }
    if columns.count != channels.count {
        fatalError("\(columns.count) of \(channels.count) columns")
    }
    for (column, channel) in zip(columns, channels) {
        if column.count != count || !column.isKept(as: channel.storage) {
            fatalError("\(column.count) of \(count) values")
        }
    }
    // One channel alone is the same.
    for (place, column) in columns.enumerated() {
        let alone = unsafe decoder.column(blob, count: count, channel: place, of: channels.count)
        guard let alone, same(alone, column) else { fatalError("channel \(place) alone differs") }
    }
}

/// NaN counts as equal to itself.
private func same(_ one: SampleColumn, _ other: SampleColumn) -> Bool {
    guard case .reals(let one) = one, case .reals(let other) = other else { return one == other }
    return one.map(\.bitPattern) == other.map(\.bitPattern)
}

private func oneColumn(
    _ blob: UnsafeRawBufferPointer, _ count: Int, _ channels: [ChannelDescription]
) {
    for place in channels.indices {
        let column = unsafe decoder.column(
            blob, count: count, channel: place, of: channels.count)
        if let column, column.count != count { fatalError("\(column.count) of \(count) values") }
    }
}

private func packets(_ blob: UnsafeRawBufferPointer, _ count: Int) {
    guard let packets = unsafe decoder.packets(blob, count: count) else { return }
    var sum = 0
    for packet in packets {
        if packet.count < 1 { fatalError("a packet of \(packet.count)") }
        sum += packet.count
        // What is done with arrivals everywhere.
        _ = packet.arrival.nanoseconds - packets[0].arrival.nanoseconds
    }
    if sum != count { fatalError("packets of \(sum) for \(count) samples") }
}

/// Clock segments out of a row's numbers: searched and walked as readers do.
private func lines(_ bytes: [UInt8]) {
    func number(_ place: Int) -> Int64 {
        (0..<8).reduce(0) { $0 << 8 | Int64(bytes[(place + $1) % max(bytes.count, 1)]) }
    }
    guard bytes.count >= 40 else { return }
    var segments: [ClockSegment] = []
    for place in stride(from: 0, to: bytes.count - 40, by: 40) {
        let segment = ClockSegment(
            firstIndex: number(place), lastIndex: number(place + 8),
            origin: Instant(nanoseconds: number(place + 16) >> 3),
            period: Double(bitPattern: UInt64(bitPattern: number(place + 24))),
            bound: number(place + 32) >> 3, method: "m")
        guard segment.isPossible, segment.firstIndex > segments.last?.firstIndex ?? -1 else {
            return
        }
        segments.append(segment)
    }
    guard let first = segments.first else { return }
    let count = min(SampleBounds.index, abs(number(4) >> 10))
    let timeline = StreamTimeline(
        segments: segments, reachesTheEnd: bytes[0] & 1 == 0, sampleCount: count)
    let from = Instant(nanoseconds: number(1) >> 3)
    let to = from + (number(3) >> 4)
    if let found = timeline.indices(from: from, to: to) {
        let end = min(found.upperBound, found.lowerBound + 100)
        let times = timeline.times(found.lowerBound...end)
        if times.count != Int(end - found.lowerBound) + 1 { fatalError("\(times.count) times") }
    }
    _ = timeline.indices(from: first.origin, to: first.origin + 1_000_000_000)
}
