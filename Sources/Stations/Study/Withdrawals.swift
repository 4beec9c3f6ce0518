import SessionStore

/// What was taken back, as this station and all others say.
struct Withdrawals: Hashable, Sendable {
    /// In a fixed order, each once.
    private(set) var all: [StationLedger.Withdrawal]

    init(_ given: [StationLedger.Withdrawal]) {
        // Where two stations tell of the same, whoever told it first keeps it; of a participant the latest
        // counts.
        var known: [[String]: StationLedger.Withdrawal] = [:]
        for one in given {
            let key = [
                one.session.lowercased(), one.participant, one.scope, one.auditRow ?? "",
                one.auditRow == nil ? "all" : "row",
            ]
            guard let other = known[key] else {
                known[key] = one
                continue
            }
            let isOlder = (one.realtimeNs, one.station) < (other.realtimeNs, other.station)
            if one.session.isEmpty != isOlder, one != other { known[key] = one }
        }
        all = known.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map(\.value)
    }

    /// Why a session's file must not be used; nil where it may.
    /// - Parameter changes: the rows of its audit trail that say that something was taken out.
    func refusal(
        session: String, participant: String, started: Int64, changes: Set<String>
    ) -> StationLedger.Withdrawal? {
        all.first { one in
            if one.session.isEmpty {
                return one.participant == participant && started < one.realtimeNs
            }
            guard one.session.lowercased() == session.lowercased() else { return false }
            return one.auditRow.map { !changes.contains($0) } ?? true
        }
    }

    func refusal(_ session: LocalSession) -> StationLedger.Withdrawal? {
        refusal(
            session: session.identifier, participant: session.participant,
            started: session.started, changes: Set(session.changes))
    }

    func refusal(_ manifest: SessionManifest) -> StationLedger.Withdrawal? {
        refusal(
            session: manifest.session, participant: manifest.participant,
            started: manifest.startedRealtimeNs, changes: Set(manifest.changes))
    }

    func refusal(_ holding: StationLedger.Holding) -> StationLedger.Withdrawal? {
        refusal(
            session: holding.session, participant: holding.participant,
            started: holding.startedRealtimeNs, changes: Set(holding.changes))
    }

    /// Whether anything of a participant was taken back.
    func concerns(participant: String) -> Bool { all.contains { $0.participant == participant } }

    /// Whether nothing of a session is to be left, by its id alone.
    func forbids(session: String) -> Bool {
        all.contains { $0.auditRow == nil && $0.session.lowercased() == session.lowercased() }
    }
}

extension StationLedger.Withdrawal {
    /// What it says, for people.
    var words: String {
        let who = "station \(StoreFault.plain(station))"
        if session.isEmpty { return "\(StoreFault.plain(participant)) withdrew (\(who))" }
        guard auditRow != nil else {
            return "it was deleted, since consent was withdrawn or its time was over (\(who))"
        }
        return "'\(StoreFault.plain(scope))' was taken out of it (\(who)), and this copy is older"
    }
}
