/// What a station and a place have of a study, session by session, and what is to be done.
public struct StudyComparison: Encodable, Sendable {
    /// Where a session is.
    public enum Whereabouts: String, Encodable, Sendable {
        case here, there, both
        /// Here and there, and not the same.
        case differs
        /// Not whole at the place.
        case partial
        /// It records, or is not in its final form.
        case recording
        /// It must not be used any more.
        case withdrawn
    }

    public struct Session: Encodable, Sendable {
        public var study: String
        public var session: String
        public var participant: String
        public var kind: String
        /// The machine that recorded it.
        public var station: String
        public var whereabouts: Whereabouts
        public var bytesHere: Int64?
        public var bytesThere: Int64?
        /// Nanoseconds since 1970-01-01 UTC.
        public var startedUtcNs: Int64
        /// When it was sent, and from where.
        public var pushedUtcNs: Int64?
        public var pushedBy: String?
        /// What is to be known or done; nil where there is nothing.
        public var note: String?
    }

    /// What is to be removed, and where.
    public struct Removal: Encodable, Sendable {
        public var study: String
        public var session: String
        public var participant: String
        /// `here`, `place`, or the name of another station.
        public var at: String
        public var why: String
    }

    public private(set) var sessions: [Session] = []
    public private(set) var removals: [Removal] = []
    /// What else somebody has to look at.
    public private(set) var problems: [String] = []

    /// Whether nothing is to be done: all is here and there, and nothing is to be removed.
    public var isSettled: Bool {
        removals.isEmpty && problems.isEmpty
            && sessions.allSatisfy { [.both, .recording].contains($0.whereabouts) }
    }

    init(
        local: LocalStudy, place: PlaceStudy, withdrawals: Withdrawals, own: StationName,
        verifies: Bool
    ) throws(StationsError) {
        let known = Set(local.sessions.keys).union(place.manifests.keys).union(place.strange.keys)
        for identifier in known {
            try add(identifier, local, place, withdrawals, verifies)
        }
        sessions.sort { ($0.startedUtcNs, $0.session) < ($1.startedUtcNs, $1.session) }
        problems = local.unreadable.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }
        for (name, ledger) in place.ledgers.sorted(by: { $0.key < $1.key }) where name != own.file {
            for holding in ledger.holdings {
                guard let taken = withdrawals.refusal(holding) else { continue }
                remove(
                    local.study, holding.session, holding.participant,
                    StoreFault.plain(ledger.station), taken)
            }
        }
    }

    private mutating func remove(
        _ study: String, _ session: String, _ participant: String, _ station: String,
        _ taken: StationLedger.Withdrawal
    ) {
        removals.append(
            Removal(
                study: study, session: session, participant: participant, at: station,
                why: taken.words))
    }

    private mutating func add(
        _ identifier: String, _ local: LocalStudy, _ place: PlaceStudy,
        _ withdrawals: Withdrawals, _ verifies: Bool
    ) throws(StationsError) {
        let here = local.sessions[identifier]
        let there = place.manifests[identifier]
        let standing = try Standing(
            here: here, there: there, strange: place.strange[identifier],
            missing: there.map { place.missing($0).map(\.part) } ?? [],
            hasBegun: here.map(place.hasBegun) ?? false, withdrawals: withdrawals,
            sha256: local.sha256)
        let (whereabouts, note) = try told(standing, here, there, local, place, verifies)
        sessions.append(
            Session(
                study: local.study, session: identifier,
                participant: here?.participant ?? there?.participant ?? "",
                kind: (here?.kind ?? there?.kind)?.rawValue ?? "",
                station: StoreFault.plain(here?.station ?? there?.station ?? ""),
                whereabouts: whereabouts, bytesHere: here?.size,
                bytesThere: there.map { $0.files.reduce(0) { $0 + $1.size } },
                startedUtcNs: here?.started ?? there?.startedRealtimeNs ?? 0,
                pushedUtcNs: there?.pushedRealtimeNs,
                pushedBy: there.map { StoreFault.plain($0.pushedBy) }, note: note))
        guard case .withdrawn(let isHere, let isThere, let taken) = standing else { return }
        if isHere, let here { remove(local.study, identifier, here.participant, "here", taken) }
        if isThere, let there {
            remove(local.study, identifier, there.participant, "place", taken)
        }
    }

    private func told(
        _ standing: Standing, _ here: LocalSession?, _ there: SessionManifest?,
        _ local: LocalStudy, _ place: PlaceStudy, _ verifies: Bool
    ) throws(StationsError) -> (Whereabouts, String?) {
        switch standing {
        case .onlyHere, .begun:
            if let here, place.owner(of: here.stem, participant: here.participant) != nil {
                return (.differs, "another session with this name is at the place")
            }
            return standing == .begun
                ? (.partial, "a push was cut off: push again") : (.here, "push")
        case .onlyThere:
            let file = there.map { "\($0.participant)/\($0.stem).attune" } ?? ""
            if let other = local.owner(of: file) {
                return (.differs, "another session with this name is here (\(other.identifier))")
            }
            if verifies, let there, let why = try problem(there, place) { return (.partial, why) }
            return (.there, "pull")
        case .partialThere(let parts):
            return (
                .partial,
                "\(parts.map(\.rawValue).joined(separator: ", ")) missing at the place: push"
                    + (here == nil
                        ? " from station \(StoreFault.plain(there?.pushedBy ?? ""))" : "")
            )
        case .both:
            guard let here, let there else { return (.both, nil) }
            if verifies, let why = try problem(there, place) { return (.partial, why) }
            let beside = try BesideStanding(here, there, place: place)
            if let why = beside.differs { return (.differs, why) }
            if let part = beside.toSend.first { return (.differs, "\(part.rawValue) here: push") }
            if let part = beside.toBring.first {
                return (.differs, "\(part.rawValue) at the place: pull")
            }
            return (.both, nil)
        case .newerHere:
            return (.differs, "something was taken out of it here: push")
        case .newerThere:
            return (
                .differs,
                "something was taken out of it elsewhere: remove \(here?.path ?? "it"), and pull"
            )
        case .differs(let why): return (.differs, why)
        case .open: return (.recording, nil)
        case .withdrawn(_, _, let taken): return (.withdrawn, taken.words)
        case .strangeThere(let why): return (.differs, why)
        }
    }

    private func problem(
        _ manifest: SessionManifest, _ place: PlaceStudy
    ) throws(StationsError) -> String? {
        for file in manifest.files {
            if let why = try PlaceCheck.problem(of: file, manifest, place.store) {
                return "\(why): push --verify from a station that has it"
            }
        }
        return nil
    }
}
