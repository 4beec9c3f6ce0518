/// What of a participant's data may be recorded: a protocol's tiers of consent, and the answers to them.
///
/// A tier's data is recorded if the participant's last answer is yes. Where nobody has answered, it
/// counts as no if the protocol has a phase in which consent is asked for. Without such a phase it was
/// asked for on paper, and counts as yes, but never for which keys were pressed and for the text of
/// drafts. A recorded no always counts.
public struct ConsentRule: Hashable, Sendable {
    /// The tiers of the protocol, or the usual ones where there is no protocol.
    public let tiers: [ConsentTier]
    /// Whether the protocol has a phase in which consent is asked for.
    public let isAskedFor: Bool
    /// Whether there is a protocol at all.
    public let hasProtocol: Bool
    /// The last answer to each tier that has one, by the tier's name.
    public var answers: [String: Bool]

    /// - Parameter plan: nil for a session without a protocol.
    public init(_ plan: StudyPlan?, answers: [String: Bool] = [:]) {
        tiers = plan?.consent ?? Self.usual
        isAskedFor = plan?.phases.contains { $0.kind == .consent } ?? false
        hasProtocol = plan != nil
        self.answers = answers
    }

    private init(closed answers: [String: Bool]) {
        tiers = Self.usual
        isAskedFor = true
        hasProtocol = true
        self.answers = answers
    }

    /// The rule of a session whose protocol cannot be read: nothing without a recorded yes.
    public static func unreadable(answers: [String: Bool] = [:]) -> ConsentRule {
        ConsentRule(closed: answers)
    }

    /// Whether a tier is granted as things stand.
    public func isGranted(_ tier: ConsentTier.Name) -> Bool {
        if let answer = answers[tier.rawValue] { return answer }
        return !isAskedFor && tier != .keyContent && tier != .draftText
    }

    /// Whether data of a kind may be recorded.
    public func permits(_ data: ConsentTier.Data) -> Bool {
        let covering = tiers.filter { $0.covers.contains(data) }
        guard !covering.isEmpty else {
            // No tier is about it: nothing is withheld unless somebody said no all the same; but what
            // needs a tier of its own needs to be asked for.
            if data == .keyContent || data == .draftText { return false }
            return answers[Self.usualTier(of: data).rawValue] ?? true
        }
        // Without a protocol nothing asks for which keys were pressed.
        if data == .keyContent && !hasProtocol { return false }
        return covering.contains { isGranted($0.name) }
            && !covering.contains { answers[$0.name.rawValue] == false }
    }

    /// Why data of a kind may not be recorded, in words; nil where it may.
    public func refusal(of data: ConsentTier.Data) -> String? {
        guard !permits(data) else { return nil }
        let covering = tiers.filter { $0.covers.contains(data) }
        let tier =
            covering.first { answers[$0.name.rawValue] == false } ?? covering.first
            ?? ConsentTier(name: Self.usualTier(of: data), title: "", covers: [data])
        let name = tier.name.rawValue
        let title = tier.title.isEmpty ? "'\(name)'" : "'\(tier.title)' (\(name))"
        return answers[name] == nil
            ? "the participant has not yet been asked to agree to \(title)"
            : "the participant does not agree to \(title)"
    }

    /// Tiers without which a session cannot take place, and to which the answer is no.
    public var refusedRequirements: [ConsentTier] {
        tiers.filter { $0.isRequired && answers[$0.name.rawValue] == false }
    }

    /// Tiers without which a session cannot take place, and that nobody has answered.
    public var unansweredRequirements: [ConsentTier] {
        tiers.filter { $0.isRequired && answers[$0.name.rawValue] == nil }
    }

    /// Kinds of data that are withheld as things stand.
    public var withheld: [ConsentTier.Data] {
        ConsentTier.Data.allCases.filter { !permits($0) }
    }

    /// The names that answers may have: the protocol's tiers, and the usual ones.
    public var knownTiers: [String] {
        let own = tiers.map(\.name.rawValue)
        return own
            + ConsentTier.Name.allCases.map(\.rawValue).filter { name in !own.contains(name) }
    }

    /// What the usual tiers cover, where no protocol says it.
    private static let usual: [ConsentTier] = ConsentTier.Name.allCases.map { name in
        ConsentTier(
            name: name, title: "",
            covers: ConsentTier.Data.allCases.filter { usualTier(of: $0) == name })
    }

    /// What a tier covers where no protocol says it.
    public static func usualData(of tier: ConsentTier.Name) -> [ConsentTier.Data] {
        ConsentTier.Data.allCases.filter { usualTier(of: $0) == tier }
    }

    private static func usualTier(of data: ConsentTier.Data) -> ConsentTier.Name {
        switch data {
        case .turns, .draftEdits: .conversation
        case .signals: .sensors
        case .keys, .pointer: .keyTiming
        case .keyContent: .keyContent
        case .draftText: .draftText
        case .audio: .audio
        case .modelRequests: .modelEndpoint
        }
    }
}
