import SessionStore

/// What a participant said no to, also after the session: this is not shown any more, although the file
/// still has it.
///
/// Of a tier's answers the last one counts that was given in this session, or outside of any. An answer
/// given in another session is about that one.
public struct SessionConsent: Hashable, Sendable {
    /// The kinds of data that are not shown.
    public let refused: Set<ConsentTier.Data>

    /// - Parameters:
    ///   - answers: in the order in which they were given.
    ///   - protocolText: of the session; may be empty.
    public init(answers: [Consent], session: String, protocolText: String) {
        var last: [String: Bool] = [:]
        for answer in answers
        where answer.session == nil || answer.session?.lowercased() == session.lowercased() {
            last[answer.tier] = answer.isGranted
        }
        let no = last.filter { !$0.value }
        guard !no.isEmpty else {
            refused = []
            return
        }
        // Which tier covers what is the protocol's to say; the usual tiers count where it cannot be read.
        let plan = protocolText.isEmpty ? nil : try? StudyPlan.read(protocolText, file: "protocol")
        let rule = ConsentRule(plan, answers: last)
        refused = Set(
            ConsentTier.Data.allCases.filter { data in
                let covering = rule.tiers.filter { $0.covers.contains(data) }
                // A recorded no counts also where the protocol has no such tier.
                guard !covering.isEmpty else {
                    return ConsentTier.Name.allCases.contains { tier in
                        last[tier.rawValue] == false
                            && ConsentRule.usualData(of: tier).contains(data)
                    }
                }
                return covering.contains { last[$0.name.rawValue] == false }
            })
    }

    public func shows(_ data: ConsentTier.Data) -> Bool { !refused.contains(data) }

    /// Reads the answers of a session's participant; without a study's database there are none.
    public static func read(of row: SessionRow, file: String) -> SessionConsent {
        SessionConsent(
            answers: answers(of: row, file: file), session: row.description.identifier,
            protocolText: row.description.protocolText)
    }

    /// The answers of a session's participant in the order in which they were given; without a study's
    /// database there are none.
    public static func answers(of row: SessionRow, file: String) -> [Consent] {
        let answers = try? answers(
            of: row.description.participant, at: StudyDirectory.database(of: file))
        return answers ?? []
    }

    private static func answers(of participant: String, at path: String) throws -> [Consent] {
        let database = try StudyDatabase.openForReading(at: path)
        defer { try? database.close() }
        return try database.consent(of: participant)
    }
}
