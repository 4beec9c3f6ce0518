import SessionStore
import StudyProtocol

extension StudyTables {
    /// The participants on the studies' rosters and those of the sessions: also who has not come yet, but
    /// nobody who withdrew.
    func participants() throws -> StudyTable? {
        let tiers = Set(
            dataset.studies.values.flatMap { $0.consent.values.flatMap { $0.map(\.tier) } }
        )
        .sorted()
        let fixed = [
            TableColumn("participant", .text, "", "Code of the participant"),
            TableColumn("study", .text, "", "Code of the study"),
            .category(
                "status", ParticipantStatus.allCases.map(\.rawValue),
                "Where the participant stands in the study"),
            TableColumn("reason", .text, "", "Why the status was set"),
            TableColumn("enrolled_utc", .utc, "", "When the participant was put on the roster"),
            TableColumn("slot", .integer, "", "Place in the study's list of conditions, from 0"),
            TableColumn("replaces", .text, "", "Who left and had the place before"),
            TableColumn("visits_planned", .integer, "", "Visits that were planned"),
            TableColumn("sessions", .integer, "", "Sessions of the participant in this export"),
            TableColumn("commentaries", .integer, "", "Think-alouds among them"),
        ]
        var names = ColumnNames(taken: fixed.map(\.name))
        let consent = tiers.map { tier in
            TableColumn(
                names.column("ok_\(tier)"), .integer, "",
                "The last answer to the tier of consent \(tier); empty where none was given",
                labels: [.init(0, "no"), .init(1, "yes")])
        }
        let builder = builder(
            "participants", "A participant", fixed + study.factors.map(\.column) + consent)
        for person in people() {
            let sessions = dataset.sessions.filter {
                $0.study == person.study && $0.participant == person.code
            }
            let shift = options.pseudonyms?.dateShift(of: person.code, study: person.study) ?? 0
            let entry = person.entry
            builder.text(name(of: person.code, in: person.study))
            builder.text(person.study)
            builder.text(entry?.status.rawValue)
            builder.text(entry.flatMap { $0.reason.isEmpty ? nil : $0.reason })
            builder.utc(entry.map { $0.participant.createdRealtime &+ shift })
            builder.integer(entry?.assignment.map { Int64($0.slot) })
            builder.text(entry?.assignment?.replaces.map { name(of: $0, in: person.study) })
            builder.integer(entry.map { Int64($0.visits.count) })
            builder.integer(Int64(sessions.count))
            builder.integer(Int64(sessions.count { $0.kind == .commentary }))
            for factor in study.factors {
                // Only what is the same in all of the participant's sessions is of the participant.
                let levels = Set(sessions.compactMap { $0.condition?[factor.name] })
                builder.text(levels.count == 1 ? levels.first : nil)
            }
            let answers = dataset.studies[person.study]?.consent[person.code] ?? []
            for tier in tiers { builder.flag(answers.last { $0.tier == tier }?.isGranted) }
            try builder.endRow()
        }
        return StudyTable([try builder.close()])
    }

    private struct Person {
        var study: String
        var code: String
        var entry: RosterEntry?
    }

    private func people() -> [Person] {
        let wanted = options.selection.participants
        var people: [Person] = []
        for (study, found) in dataset.studies {
            for entry in found.roster where entry.status != .withdrawn {
                people.append(Person(study: study, code: entry.participant.code, entry: entry))
            }
        }
        for session in dataset.sessions
        where !people.contains(where: {
            $0.study == session.study && $0.code == session.participant
        }) {
            people.append(Person(study: session.study, code: session.participant))
        }
        return people.filter { wanted.isEmpty || wanted.contains($0.code) }
            .sorted { ($0.study, $0.code) < ($1.study, $1.code) }
    }
}
