/// How a session here stands to the same session at a place.
enum Standing: Hashable {
    /// Nothing of it is at the place.
    case onlyHere
    /// Some of it was sent, and it is not there yet.
    case begun
    /// Nothing of it is here.
    case onlyThere
    /// Both are the same.
    case both
    /// The same, or only there, and files that its manifest names are missing there, or cut off.
    case partialThere([SessionPart])
    /// Something was taken out of it here since it was sent.
    case newerHere
    /// Something was taken out of it elsewhere since it was brought here.
    case newerThere
    /// Both are of one session and differ, in whatever way; why, for people.
    case differs(String)
    /// It records, or is not in its final form.
    case open
    /// It must not be used: here, at the place, or both.
    case withdrawn(here: Bool, there: Bool, StationLedger.Withdrawal)
    /// The manifest at the place is not understood.
    case strangeThere(String)

    /// - Parameter sha256: gives the hash of the file here; is asked only where it decides.
    init(
        here: LocalSession?, there: SessionManifest?, strange: String? = nil,
        missing: [SessionPart] = [], hasBegun: Bool = false, withdrawals: Withdrawals,
        sha256: (LocalSession) throws(StationsError) -> String
    ) throws(StationsError) {
        let takenHere = here.flatMap { withdrawals.refusal($0) }
        let takenThere = there.flatMap { withdrawals.refusal($0) }
        if let taken = takenHere ?? takenThere {
            self = .withdrawn(here: takenHere != nil, there: takenThere != nil, taken)
            return
        }
        guard let here else {
            if let strange {
                self = .strangeThere(strange)
            } else {
                self = missing.isEmpty ? .onlyThere : .partialThere(missing)
            }
            return
        }
        guard here.condition == .sealed else {
            self = .open
            return
        }
        if let strange {
            self = .strangeThere(strange)
            return
        }
        guard let there else {
            self = hasBegun ? .begun : .onlyHere
            return
        }
        self = try Self.compare(here, there, missing, sha256)
    }

    private static func compare(
        _ here: LocalSession, _ there: SessionManifest, _ missing: [SessionPart],
        _ sha256: (LocalSession) throws(StationsError) -> String
    ) throws(StationsError) -> Standing {
        if here.size == there.file(.session)?.size, try sha256(here) == there.sha256 {
            return missing.isEmpty ? .both : .partialThere(missing)
        }
        let own = Set(here.changes)
        let other = Set(there.changes)
        // Who has all changes of the other one and more was made of it.
        if own.isStrictSuperset(of: other) { return .newerHere }
        if other.isStrictSuperset(of: own) { return .newerThere }
        return .differs(
            "the session file here is another one than the one at the place (SHA-256 and "
                + "\(here.size) bytes here, \(there.file(.session)?.size ?? 0) there)")
    }
}
