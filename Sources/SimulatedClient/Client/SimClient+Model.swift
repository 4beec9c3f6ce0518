import Link
import StudyProtocol

/// How a model's reply comes about: asked, checked, asked once more, and replaced where it fails.
extension SimClient {
    /// What one try gave.
    private enum Outcome {
        case good(ModelAnswer)
        case broken(ModelAnswer, [PrincipleFinding])
        case failed(String)
    }

    /// What a turn has used up, and what is recorded of it.
    private struct Course {
        var exchanges: [ModelExchange] = []
        var principles: [PrincipleFinding] = []
        var attempt = 0
    }

    func modelReply(_ turn: ModelTurn, _ model: any LanguageModel) async -> SimReply {
        var turn = turn
        // What the persona is told to feel is fixed before the model is asked.
        InnerState.feel(
            character.feeling(after: turn.reading, turn.state), &turn.state, character)
        var course = Course()
        var steps = (plan.model?.onFailure ?? [.retry, .scripted])[...]
        var outcome = await ask(turn, model, nil, &course)
        if case .broken(let answer, let findings) = outcome {
            // The one retry, which names what was broken. It stands for the plan's too.
            outcome = await ask(turn, model, (answer.text, findings), &course)
            steps.removeAll { $0 == .retry }
        }
        while case .failed = outcome, steps.first == .retry, !Task.isCancelled {
            steps.removeFirst()
            outcome = await ask(turn, model, nil, &course)
        }
        // Nobody waits for it any more: nothing was answered.
        if Task.isCancelled { return replace(turn, course, because: "it was called off", nil) }
        let reason: String
        switch outcome {
        case .good(let answer): return accept(answer, turn, model, course)
        case .broken(_, let findings):
            reason = "principles: " + findings.map(\.detail).joined(separator: " ")
        case .failed(let why): reason = why
        }
        return replace(turn, course, because: reason, steps.first { $0 != .retry })
    }

    private func ask(
        _ turn: ModelTurn, _ model: any LanguageModel,
        _ broken: (reply: String, findings: [PrincipleFinding])?, _ course: inout Course
    ) async -> Outcome {
        let prompt = ReplyPrompt(persona: character, checker: checker)
        let exchange = await model.run(
            prompt.request(
                turn.state, history: turn.history, message: turn.message, broken: broken))
        course.exchanges.append(exchange)
        course.attempt += 1
        guard let answer = ModelAnswer(exchange) else {
            if exchange.isRefusal { return .failed("the model refused to answer") }
            return .failed(exchange.failure?.description ?? "the model's answer holds no reply")
        }
        var findings = checker.check(
            answer.text, expressed: answer.valence, state: turn.state, attempt: course.attempt)
        if findings.isEmpty { findings = await judge(answer, turn, model, &course) }
        course.principles += findings
        return findings.isEmpty ? .good(answer) : .broken(answer, findings)
    }

    /// The principles that the persona's file states, where it wants them judged by a model. A
    /// judgement that fails holds nothing up.
    private func judge(
        _ answer: ModelAnswer, _ turn: ModelTurn, _ model: any LanguageModel,
        _ course: inout Course
    ) async -> [PrincipleFinding] {
        guard let own = character.principles, own.askModel == true, !own.own.isEmpty else {
            return []
        }
        let prompt = ReplyPrompt(persona: character, checker: checker)
        let exchange = await model.run(
            prompt.judging(answer.text, of: own.own, message: turn.message))
        course.exchanges.append(exchange)
        return (exchange.json?["breaches"]?.array ?? []).compactMap { breach in
            guard let number = breach["principle"]?.integer, number >= 1,
                number <= Int64(own.own.count)
            else { return nil }
            let why = breach["why"]?.string.map { " (\($0.prefix(300)))" } ?? ""
            return PrincipleFinding(
                principle: .own, detail: "The reply breaks: \(own.own[Int(number) - 1])\(why)",
                attempt: course.attempt)
        }
    }

    private func accept(
        _ answer: ModelAnswer, _ turn: ModelTurn, _ model: any LanguageModel, _ course: Course
    ) -> SimReply {
        var state = turn.state
        let told = checker.disclosed(in: answer.text).filter { !state.disclosed.contains($0) }
        for disclosure in character.disclosures where told.contains(disclosure.name) {
            InnerState.disclose(disclosure, &state, character)
        }
        InnerState.feel(state.mood, &state, character)
        var reply = finish(
            answer.text, turn.message, turn.turn, state, name,
            checker.stance(of: answer.text, disclosing: !told.isEmpty))
        reply.expressed = answer.expressed(provenance: "model/\(model.description.name)")
        reply.exchanges = course.exchanges
        reply.principles = course.principles
        return reply
    }

    /// What stands in for a reply that the model could not give.
    private func replace(
        _ turn: ModelTurn, _ course: Course, because reason: String, _ step: ModelPlan.Step?
    ) -> SimReply {
        var reply: SimReply
        if step == .scripted {
            reply = scripted(turn.message, turn.turn, turn.reading, turn.state)
            reply.fallback = "scripted reply, because \(reason)"
        } else {
            // Without a scripted reply in the protocol, none is slipped in.
            reply = SimReply(
                text: "", delayMilliseconds: 0, state: current,
                intended: EmotionReading(
                    valence: current.valence, arousal: current.arousal,
                    probabilities: [current.mood: 1], uncertainty: 0,
                    provenance: "persona/\(persona.name)/\(persona.version)"),
                source: name, stance: .neutral, exchanges: [], principles: [])
            reply.fallback = "no reply, because \(reason)"
            reply.pause = "The model gave no reply that can be shown: \(reason)"
        }
        reply.exchanges = course.exchanges
        reply.principles = course.principles
        return reply
    }
}
