import SessionStore
import Timebase

/// How much of what clients brought was not stored for want of consent, by kind; never what it was.
///
/// Survives the daemon with the session's saved states. Written into the audit trail now and then, and
/// at the session's end.
struct WithheldCounts {
    static let stateName = "withheld"
    /// Nanoseconds between two rows of the audit trail.
    private static let interval: Int64 = 60_000_000_000

    private var counts: [String: Int64] = [:]
    private var lastTold: Instant?
    private(set) var isDirty = false

    mutating func add(_ kind: String, _ count: Int64) {
        let sum = counts[kind, default: 0].addingReportingOverflow(max(0, count))
        counts[kind] = sum.overflow ? .max : sum.partialValue
        isDirty = true
    }

    /// The row of what came since the last one, if it is time for it.
    mutating func entry(at triple: TimeTriple, isLast: Bool) -> AuditEntry? {
        guard !counts.isEmpty else { return nil }
        let since = lastTold ?? triple.monotonic
        if lastTold == nil { lastTold = since }
        guard isLast || triple.monotonic - since >= Self.interval else { return nil }
        let detail = JSONText.object(
            counts.sorted { $0.key < $1.key }.map { ($0.key, "\($0.value)") })
        counts = [:]
        lastTold = triple.monotonic
        isDirty = true
        return AuditEntry(
            time: triple.monotonic, realtime: triple.realtime, actor: "attuned",
            action: "withheld", detail: detail)
    }

    mutating func save() -> [UInt8] {
        isDirty = false
        var writer = StateWriter()
        writer.write(UInt8(1))
        writer.write(Int64(counts.count))
        for (kind, count) in counts.sorted(by: { $0.key < $1.key }) {
            writer.write(kind)
            writer.write(count)
        }
        return writer.bytes
    }

    mutating func restore(_ bytes: [UInt8]) throws(StateError) {
        var reader = StateReader(bytes)
        try reader.expectVersion(1)
        for _ in 0..<max(0, try reader.read(Int64.self)) {
            let kind = try reader.readString()
            counts[kind] = try reader.read(Int64.self)
        }
    }
}
