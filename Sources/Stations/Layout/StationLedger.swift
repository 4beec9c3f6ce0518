import SessionStore

/// What one station says of a study to the others: what it holds, and what was taken back. Each station
/// writes its own alone, so that no two write the same; and each repeats what it read of others, so that a
/// lost one loses no withdrawal.
public struct StationLedger: Codable, Hashable, Sendable {
    /// A session that a station has in its final form.
    public struct Holding: Codable, Hashable, Sendable {
        public var session: String
        public var participant: String
        public var sha256: String?
        public var startedRealtimeNs: Int64
        public var changes: [String]
    }

    /// A withdrawal: `Tombstone`, and who told of it first.
    public struct Withdrawal: Codable, Hashable, Sendable {
        /// Empty where nothing is to be left of the participant that began before.
        public var session: String
        public var participant: String
        public var scope: String
        public var auditRow: String?
        public var realtimeNs: Int64
        public var station: String

        var tombstone: Tombstone {
            Tombstone(
                session: session, participant: participant, scope: scope, auditRow: auditRow,
                realtime: realtimeNs)
        }
    }

    public var format = "attune-station"
    public var version = 1
    public var study: String
    public var station: String
    /// When it was written, in nanoseconds since 1970-01-01 UTC.
    public var realtimeNs: Int64
    public var withdrawals: [Withdrawal]
    public var holdings: [Holding]

    /// - Throws: `strange`.
    static func read(
        _ bytes: [UInt8], study: String, name: String
    ) throws(StationsError) -> StationLedger {
        let key = PlaceKey.ledger(study: study, name: name)
        let ledger = try PlaceJSON.read(StationLedger.self, bytes, key: key)
        guard ledger.format == "attune-station", ledger.version == 1, ledger.study == study else {
            throw StationsError(
                .strange, "\(key) is not as this version of Attune writes it",
                cause: "what was withdrawn cannot be known: nothing is sent or brought")
        }
        return ledger
    }

    /// Whether it says the same, whenever it was written.
    func says(as other: StationLedger) -> Bool {
        var other = other
        other.realtimeNs = realtimeNs
        return self == other
    }
}
