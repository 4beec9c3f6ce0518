import StudyProtocol

/// Runs scripted supporters against a persona, and tells where it leaves its bounds.
public struct PersonaCheck: Sendable {
    private let persona: Persona
    private let character: Persona.Character
    private let model: (any LanguageModel)?
    private let supporters: [MoveFile.Supporter]
    private let checker: ReplyChecker
    private let seed: Int

    /// - Parameters:
    ///   - model: nil for the scripted client.
    ///   - seed: what the choices of the scripted client follow from.
    /// - Throws: where the persona speaks for the supporter, or its language has no supporters.
    public init(
        _ persona: Persona, model: (any LanguageModel)? = nil, seed: Int = 1
    ) throws(SimClientError) {
        guard persona.role == .client else { throw .notAClient(persona: persona.name) }
        let file = try MoveFile.load(language: persona.language)
        self.persona = persona
        self.model = model
        self.seed = seed
        switch persona.form {
        case .script(let script): character = Persona.Character(assumedFor: script)
        case .character(let own): character = own
        }
        supporters = file.supporters
        checker = ReplyChecker(character, file)
    }

    /// The names of the supporters that there are.
    public var supporterNames: [String] { supporters.map(\.name) }

    /// Runs the conversations.
    ///
    /// - Parameters:
    ///   - names: the supporters to run; nil for all. Unknown names are passed over.
    ///   - turns: the messages of each.
    public func run(
        supporters names: [String]? = nil, turns: Int = 20
    ) async throws(SimClientError) -> PersonaCheckReport {
        var findings: [PersonaCheckReport.Finding] = []
        var conversations: [PersonaCheckReport.Conversation] = []
        var client = ""
        for supporter in supporters where names?.contains(supporter.name) ?? true {
            let one = try await converse(supporter, turns: max(1, min(turns, 1000)), &findings)
            conversations.append(one.conversation)
            client = one.client
        }
        let replies = conversations.flatMap(\.lines)
        let early = conversations.reduce(0) { $0 + $1.earlyAdvice }
        var report = PersonaCheckReport(
            persona: persona.name, version: persona.version, client: client, seed: seed,
            conversations: conversations, agreeing: Self.agreeing(replies),
            resistedAdvice: early == 0
                ? nil
                : Double(conversations.reduce(0) { $0 + $1.earlyAdviceResisted }) / Double(early),
            findings: findings)
        judge(&report)
        return report
    }

    // MARK: One conversation

    private func converse(
        _ supporter: MoveFile.Supporter, turns: Int,
        _ findings: inout [PersonaCheckReport.Finding]
    ) async throws(SimClientError) -> (
        conversation: PersonaCheckReport.Conversation, client: String
    ) {
        let client = try SimClient(
            persona: persona, model: model, plan: ChatPlan(persona: persona.name), saved: nil,
            seed: seed)
        var history: [ConversationLine] = []
        if let opening = await client.open() {
            history.append(ConversationLine(author: .client, text: opening.text))
        }
        var states = [await client.state]
        var lines: [PersonaCheckReport.Line] = []
        var told: [PersonaCheckReport.Told] = []
        for turn in 1...turns {
            let message = supporter.lines[(turn - 1) % supporter.lines.count]
            let reply = await client.reply(to: message, turn: turn, history: history)
            let before = states[states.count - 1]
            let known = Set(told.map(\.name))
            findings += faults(of: reply, before: before, known: known, turn)
                .map { .init(kind: $0.kind, supporter: supporter.name, text: $0.text) }
            for name in reply.state.disclosed where !known.contains(name) {
                told.append(.init(name: name, turn: turn, trust: reply.state.trust))
            }
            lines.append(
                PersonaCheckReport.Line(
                    turn: turn, supporter: message, client: reply.text, moves: reply.state.moves,
                    stance: reply.stance, trust: reply.state.trust,
                    distress: reply.state.distress, phase: reply.state.phase,
                    mood: reply.state.mood))
            states.append(reply.state)
            history.append(ConversationLine(author: .participant, text: message))
            history.append(ConversationLine(author: .client, text: reply.text))
        }
        return (conversation(supporter, states, lines, told), client.name)
    }

    private func conversation(
        _ supporter: MoveFile.Supporter, _ states: [PersonaState],
        _ lines: [PersonaCheckReport.Line], _ told: [PersonaCheckReport.Told]
    ) -> PersonaCheckReport.Conversation {
        let early = zip(states, lines).filter { before, line in
            line.moves.contains(.advice) && InnerState.isEarly(before, character)
                && !line.moves.contains(.machineQuestion) && !line.moves.contains(.safetyQuestion)
        }
        let resisted = early.count { [.resists, .withholds].contains($0.1.stance) }
        var phases: [String] = []
        for state in states where phases.last != state.phase { phases.append(state.phase) }
        return PersonaCheckReport.Conversation(
            supporter: supporter.name, title: supporter.title, turns: lines.count,
            trust: .init(states.map(\.trust)), distress: .init(states.map(\.distress)),
            valence: .init(states.map(\.valence)), arousal: .init(states.map(\.arousal)),
            phases: phases, told: told,
            stances: Dictionary(grouping: lines, by: \.stance).mapValues(\.count),
            agreeing: Self.agreeing(lines), earlyAdvice: early.count,
            earlyAdviceResisted: resisted,
            overlap: ReplyRepetition.meanOverlap(lines.map(\.client)),
            repeats: ReplyRepetition.repeats(lines.map(\.client)), lines: lines)
    }

    private static func agreeing(_ lines: [PersonaCheckReport.Line]) -> Double {
        guard !lines.isEmpty else { return 0 }
        return Double(lines.count { [.agrees, .discloses].contains($0.stance) })
            / Double(lines.count)
    }

    // MARK: Faults of a reply

    private func faults(
        of reply: SimReply, before: PersonaState, known: Set<String>, _ turn: Int
    ) -> [(kind: String, text: String)] {
        var faults: [(kind: String, text: String)] = []
        let state = reply.state
        let feelings = character.feelings
        let levels = [
            ("trust", state.trust, feelings.trust.least, feelings.trust.most),
            ("distress", state.distress, feelings.distress.least, feelings.distress.most),
            ("valence", state.valence, feelings.valence.least, feelings.valence.most),
            ("arousal", state.arousal, feelings.arousal.least, feelings.arousal.most),
        ]
        for (name, value, least, most) in levels where !(least - 1e-9...most + 1e-9 ~= value) {
            faults.append(
                ("drift", "turn \(turn): \(name) is \(value), outside \(least) to \(most)"))
        }
        if !feelings.shows.contains(state.mood) {
            faults.append(("drift", "turn \(turn): it shows \(state.mood.rawValue)"))
        }
        if before.distress - state.distress > 0.12 {
            faults.append(
                (
                    "drift",
                    "turn \(turn): distress falls from \(before.distress) to \(state.distress)"
                ))
        }
        for name in checker.disclosed(in: reply.text) where !known.contains(name) {
            guard let disclosure = character.disclosures.first(where: { $0.name == name }) else {
                continue
            }
            // Telling itself adds to trust; what counts is the trust before.
            let isNew = state.disclosed.contains(name) && !before.disclosed.contains(name)
            let reached = state.trust
            let isTrusted =
                reached - (isNew ? 0.02 : 0) >= disclosure.trust - 1e-3
                || reached >= feelings.trust.most
            let isAfter = disclosure.after.map { state.disclosed.contains($0) } ?? true
            if !isTrusted || !isAfter {
                faults.append(
                    (
                        "disclosure",
                        "turn \(turn): tells '\(name)' at a trust of \(state.trust), "
                            + "which takes \(disclosure.trust)"
                    ))
            }
        }
        // What it is it says when asked, and that is no break.
        guard !state.moves.contains(.machineQuestion) else { return faults }
        var asked = before
        asked.disclosed = character.disclosures.map(\.name)
        asked.answered = []
        for finding in checker.check(reply.text, expressed: nil, state: asked, attempt: 1) {
            faults.append(("role", "turn \(turn): \(finding.detail) (\(reply.text.prefix(80)))"))
        }
        return faults
    }

    // MARK: Bounds

    private func judge(_ report: inout PersonaCheckReport) {
        let bounds = character.bounds
        func percent(_ share: Double) -> String { "\(Int((share * 100).rounded())) %" }
        if let resisted = report.resistedAdvice, resisted < bounds.resistedAdvice {
            report.findings.append(
                .init(
                    kind: "cooperativeness", supporter: "",
                    text:
                        "\(percent(resisted)) of the early advice was resisted; the persona states "
                        + "at least \(percent(bounds.resistedAdvice))"))
        }
        if report.agreeing > bounds.mostAgreeing {
            report.findings.append(
                .init(
                    kind: "cooperativeness", supporter: "",
                    text: "\(percent(report.agreeing)) of the replies go along; the persona states "
                        + "at most \(percent(bounds.mostAgreeing))"))
        }
        for one in report.conversations {
            func add(_ kind: String, _ text: String) {
                report.findings.append(.init(kind: kind, supporter: one.supporter, text: text))
            }
            if one.overlap > bounds.mostOverlap {
                add(
                    "repetition",
                    "replies overlap by \(percent(one.overlap)) on average; the persona states at "
                        + "most \(percent(bounds.mostOverlap))")
            }
            if one.repeats > bounds.mostRepeats {
                add(
                    "repetition",
                    "\(one.repeats) replies said exactly what one before did; the persona states at "
                        + "most \(bounds.mostRepeats)")
            }
            if one.supporter == "listener", one.turns >= 15, one.trust.most < bounds.listenerTrust {
                add(
                    "drift",
                    "a good listener reaches a trust of \(one.trust.most); the persona states at "
                        + "least \(bounds.listenerTrust)")
            }
            if one.supporter == "hostile", one.trust.end > bounds.hostileTrust {
                add(
                    "drift",
                    "with a hostile supporter trust ends at \(one.trust.end); the persona states at "
                        + "most \(bounds.hostileTrust)")
            }
        }
    }
}
