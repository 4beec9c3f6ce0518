import Link
import SessionStore
import StudyProtocol
import Timebase

extension QualityReader {
    mutating func addAnswers() throws {
        var log = AnswerLog(phases: phases)
        for event in try reader.events(of: ["answers"]).sorted(by: { $0.time < $1.time }) {
            log.take(event)
        }
        let condition = try condition()
        var rows: [[QualityReport.Section.Cell]] = []
        for asking in log.askings {
            let known = plan?.questionnaire(named: asking.questionnaire)
            let answers = asking.answers.mapValues(\.answer)
            let missing: [String] =
                known.map { questionnaire in
                    let visible = questionnaire.visibleItems(for: answers, condition: condition)
                    return questionnaire.items.map(\.name).filter {
                        visible.contains($0) && (answers[$0]?.isEmpty ?? true)
                    }
                } ?? []
            let level: QualityReport.Level = missing.isEmpty && asking.isFinal ? .good : .look
            rows.append([
                .init(asking.phase ?? "–"), .init(asking.questionnaire),
                .init("\(answers.values.count { !$0.isEmpty })", isNumber: true),
                .init(known == nil ? "?" : "\(missing.count)", level, isNumber: true),
                .init(asking.isFinal ? "yes" : "no", asking.isFinal ? .good : .look),
            ])
            if level != .good {
                let what =
                    missing.isEmpty
                    ? "was not handed in"
                    : "lacks \(missing.count == 1 ? "an answer" : "\(missing.count) answers") ("
                        + missing.joined(separator: ", ") + ")"
                report.find(.look, "The questionnaire \(asking.questionnaire) \(what).")
            }
        }
        for phase in plan?.phases ?? [] where phases.contains(where: { $0.name == phase.name }) {
            for name in phase.questionnaires
            where !log.askings.contains(where: {
                $0.questionnaire == name && $0.phase == phase.name
            }) {
                rows.append([
                    .init(phase.name), .init(name), .init("0", isNumber: true),
                    .init("all", .bad, isNumber: true), .init("no", .bad),
                ])
                report.find(
                    .bad, "The questionnaire \(name) of the phase \(phase.name) was not answered.")
            }
        }
        report.add(
            .init(
                title: "Questionnaires",
                header: ["Phase", "Questionnaire", "Answered", "Missing", "Handed in"], rows: rows,
                without: "No questionnaire was asked."))
    }

    private func condition() throws -> [String: String] {
        guard let event = try reader.events(of: ["condition"]).last,
            case .object(let levels)? = (try? JSONValue(parsing: event.payload))?["condition"]
        else { return [:] }
        return levels.compactMapValues(\.string)
    }

    // MARK: - The chat

    mutating func addChat() throws {
        guard session.description.kind == .chat else { return }
        let turns = summary.turns
        var sources: [String: Int] = [:]
        var fallbacks = 0
        var failures: [String: Int] = [:]
        var safety = 0
        for event in try reader.events(of: ["reply", "model_call", "safety"]) {
            guard let payload = try? JSONValue(parsing: event.payload) else { continue }
            switch event.kind {
            case "reply":
                sources[payload["source"]?.string ?? "unknown", default: 0] += 1
                if payload["fallback"] == .bool(true) { fallbacks += 1 }
            case "model_call":
                if let code = payload["failure"]?["code"]?.string {
                    failures[code, default: 0] += 1
                }
            default: safety += 1
            }
        }
        if fallbacks > 0 {
            report.find(
                .look,
                "\(fallbacks == 1 ? "One reply" : "\(fallbacks) replies") of the client came from the script "
                    + "since the model failed.")
        }
        let failed = failures.values.reduce(0, +)
        if failed > 0 {
            let codes = failures.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
                .map { "\($0.key) \($0.value)" }
            report.find(
                .look,
                "\(failed == 1 ? "One request" : "\(failed) requests") to a model failed "
                    + "(\(codes.joined(separator: ", "))).")
        }
        if safety > 0 {
            report.find(
                .look,
                "The safety rules found something \(safety == 1 ? "once" : "\(safety) times").")
        }
        var rows = turns.map { turn -> [QualityReport.Section.Cell] in
            [.init("Turns of the \(turn.author)"), .init("\(turn.count)", isNumber: true)]
        }
        for (source, count) in sources.sorted(by: { $0.key < $1.key }) {
            rows.append([.init("Replies by \(source)"), .init("\(count)", isNumber: true)])
        }
        rows.append([
            .init("Replies by the script in place of a model"),
            .init("\(fallbacks)", fallbacks > 0 ? .look : .good, isNumber: true),
        ])
        rows.append([
            .init("Requests to a model that failed"),
            .init("\(failed)", failed > 0 ? .look : .good, isNumber: true),
        ])
        rows.append([.init("Key presses"), .init("\(summary.keystrokes)", isNumber: true)])
        report.add(.init(title: "Chat", header: ["", "Number"], rows: rows, without: ""))
    }
}
