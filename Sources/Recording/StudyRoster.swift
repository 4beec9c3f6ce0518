import Link
import SessionStore
import StudyProtocol

/// A study's roster with what has come of it: places, visits and how they stand. Pure.
struct StudyRoster {
    var settings: StudySettings?
    var entries: [RosterEntry]
    var sessions: [IndexedSession]

    init(settings: StudySettings?, entries: [RosterEntry], sessions: [IndexedSession]) {
        self.settings = settings
        self.entries = entries
        self.sessions = sessions
    }

    init(_ database: StudyDatabase) throws(SessionStoreError) {
        self.init(
            settings: try database.settings(), entries: try database.roster(),
            sessions: try database.sessions())
    }

    func entry(_ participant: String) -> RosterEntry? {
        entries.first { $0.participant.code == participant }
    }

    // MARK: - Places

    /// All places that were given, each with whether its holder left.
    private var held: [HeldSlot] {
        entries.compactMap { entry in
            entry.assignment.map {
                HeldSlot(slot: $0.slot, isDropout: entry.status.leavesPlace)
            }
        }
    }

    /// The place of the next participant.
    func nextPlace(_ conditions: ConditionPlan, realtime: Int64) -> StudyAssignment {
        let slot = conditions.nextSlot(held: held)
        // The one who had it last, if anybody had.
        let before = entries.filter { $0.assignment?.slot == slot }
            .max { ($0.assignment?.realtime ?? 0) < ($1.assignment?.realtime ?? 0) }
        return StudyAssignment(
            slot: slot, replaces: before?.participant.code, realtime: realtime)
    }

    /// The visits of a participant with a place.
    static func visits(
        _ conditions: ConditionPlan?, slot: Int?, count: Int
    ) -> [StudyVisit] {
        let assignment = slot.flatMap { conditions?.assignment(slot: $0) }
        return (1...max(1, count)).map {
            StudyVisit(number: $0, condition: assignment?.condition(visit: $0) ?? [:])
        }
    }

    /// Visits that each participant makes.
    func visitCount(_ conditions: ConditionPlan?) -> Int {
        settings?.visits ?? conditions?.visits ?? 1
    }

    /// A participant with place and visits, who may be on the roster already: what is there stays.
    func enrolment(
        of participant: String, _ conditions: ConditionPlan?, realtime: Int64
    ) -> RosterEntry {
        var entry =
            self.entry(participant)
            ?? RosterEntry(participant: Participant(code: participant, createdRealtime: realtime))
        if entry.assignment == nil, let conditions {
            entry.assignment = nextPlace(conditions, realtime: realtime)
        }
        if entry.visits.isEmpty {
            entry.visits = Self.visits(
                conditions, slot: entry.assignment?.slot, count: visitCount(conditions))
        }
        return entry
    }

    /// The next free code of the study's own form.
    func nextCode() -> String {
        let form =
            settings ?? StudySettings(prefix: "P", digits: 2, visits: 1, created: 0)
        let highest = entries.compactMap { form.number(of: $0.participant.code) }.max() ?? 0
        return form.code(highest + 1)
    }

    // MARK: - Visits

    /// The visits of which a chat that is no trial run ended as completed.
    func doneVisits(of participant: String) -> Set<Int> {
        Set(
            sessions.compactMap { session in
                let isDone =
                    session.participant == participant && session.kind == .chat
                    && session.isPilot != true && session.outcome == "completed"
                return isDone ? session.visit : nil
            })
    }

    /// The first visit that is not done.
    func nextVisit(of participant: String) -> Int {
        let done = doneVisits(of: participant)
        var visit = 1
        while done.contains(visit) { visit += 1 }
        return visit
    }

    /// Where a new session of a participant stands; an entry with a place that is not yet in the
    /// database may be given.
    func placement(of entry: RosterEntry, _ conditions: ConditionPlan?) -> SessionPlacement {
        let visit = nextVisit(of: entry.participant.code)
        return SessionPlacement(
            visit: visit, condition: condition(of: entry, visit: visit, conditions),
            slot: entry.assignment?.slot)
    }

    private func condition(
        of entry: RosterEntry, visit: Int, _ conditions: ConditionPlan?
    ) -> [String: String] {
        guard let conditions else { return [:] }
        // What was fixed before counts, also where the protocol has changed since.
        let planned = entry.visits.first { $0.number == visit } ?? entry.visits.last
        let fixed = planned?.condition ?? [:]
        let condition =
            fixed.isEmpty
            ? entry.assignment.map {
                conditions.assignment(slot: $0.slot).condition(visit: visit)
            } ?? [:] : fixed
        return condition.filter { conditions.factor(named: $0.key) != nil }
    }

    // MARK: - What is told

    /// A participant as the link tells it.
    /// - Parameter active: ids of sessions that record.
    func information(
        _ entry: RosterEntry, consent: [String: Bool], active: Set<String>
    ) -> ParticipantInfo {
        let code = entry.participant.code
        let own = sessions.filter { $0.participant == code }
        let done = doneVisits(of: code)
        var planned = entry.visits
        for visit in Set(own.compactMap(\.visit)).subtracting(planned.map(\.number)).sorted() {
            planned.append(
                StudyVisit(
                    number: visit,
                    condition: own.first { $0.visit == visit }?.condition ?? [:]))
        }
        let visits = planned.sorted { $0.number < $1.number }.map { visit in
            let sessions = own.filter { $0.visit == visit.number }.map(\.identifier)
            let state: VisitState =
                !active.isDisjoint(with: sessions)
                ? .recording : done.contains(visit.number) ? .done : .open
            return VisitInfo(
                visit: visit.number, condition: visit.condition, plannedUtcNs: visit.planned,
                state: state, sessions: sessions)
        }
        let next = visits.first { $0.state != .done } ?? visits.last
        return ParticipantInfo(
            participant: code, status: entry.status.rawValue,
            reason: entry.reason.isEmpty ? nil : entry.reason, slot: entry.assignment?.slot,
            replaces: entry.assignment?.replaces, condition: next?.condition ?? [:],
            visits: visits, sessions: own.count, consent: consent,
            addedUtcNs: entry.participant.createdRealtime)
    }
}
