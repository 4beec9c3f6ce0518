import Declarations

/// A phase as it is written.
struct PhaseDeclaration: Decodable {
    var name: String
    var title: String
    var kind: StudyPhase.Kind
    var durationSeconds: Double?
    var instructions: String?
    var optional: Bool?
    var keys: Bool?
    var advance: StudyPhase.Advance?
    var questionnaires: [String]?
    var checks: [FittingPlan.Check]?
    var settleSeconds: Double?
    var asks: [FittingPlan.Question]?
    var task: StudyPhase.Task?
    var text: String?
    var cues: [CueDeclaration]?
    var mostCues: Int?
    var cueSeed: Int?
    var cueLeadSeconds: Double?
    var shows: [ThinkAloudPlan.Shown]?

    func check(
        _ report: inout DeclarationReport, at place: [String], questionnaires known: [String]
    ) {
        report.requireName(name, at: place + ["name"])
        report.require(durationSeconds, in: 1...86_400, at: place + ["durationSeconds"])
        report.require(settleSeconds, in: 0...3_600, at: place + ["settleSeconds"])
        if advance == .duration, durationSeconds == nil {
            report.add(
                at: place + ["advance"],
                message: "expected the key durationSeconds, since the time ends the phase")
        }
        for (index, name) in (questionnaires ?? []).enumerated() {
            let place = place + ["questionnaires", "\(index)"]
            if !known.contains(name) {
                report.add(at: place, message: unknown(name, "questionnaire", known: known))
            } else if questionnaires?[..<index].contains(name) ?? false {
                report.add(at: place, message: "'\(name)' is asked twice in this phase")
            }
        }
        checkFitting(&report, at: place)
        checkTask(&report, at: place)
        checkThinkAloud(&report, at: place)
    }

    private func checkThinkAloud(_ report: inout DeclarationReport, at place: [String]) {
        guard kind == .thinkAloud else {
            for (key, isGiven) in [
                ("cues", cues != nil), ("mostCues", mostCues != nil), ("cueSeed", cueSeed != nil),
                ("cueLeadSeconds", cueLeadSeconds != nil), ("shows", shows != nil),
            ] where isGiven {
                report.add(
                    at: place + [key], message: "only a phase of kind think-aloud has \(key)")
            }
            return
        }
        for (index, cue) in (cues ?? []).enumerated() {
            cue.check(&report, at: place + ["cues", "\(index)"])
        }
        report.require(mostCues, in: 1...1000, at: place + ["mostCues"])
        report.require(cueSeed, in: 0...Int.max, at: place + ["cueSeed"])
        report.require(cueLeadSeconds, in: 0...600, at: place + ["cueLeadSeconds"])
        reportRepeated(shows ?? [], &report, at: place + ["shows"]) { $0.rawValue }
        if shows?.isEmpty == true {
            report.add(at: place + ["shows"], message: "expected at least chat")
        }
    }

    private var thinkAloud: ThinkAloudPlan? {
        guard kind == .thinkAloud else { return nil }
        return ThinkAloudPlan(
            cues: (cues ?? []).compactMap(\.rule), mostCues: mostCues,
            cueSeed: UInt64(max(0, cueSeed ?? 1)), cueLeadSeconds: cueLeadSeconds ?? 5,
            shows: shows ?? [.chat])
    }

    private func checkFitting(_ report: inout DeclarationReport, at place: [String]) {
        guard kind == .fitting else {
            for (key, isGiven) in [
                ("checks", checks != nil), ("settleSeconds", settleSeconds != nil),
                ("asks", asks != nil),
            ] where isGiven {
                report.add(
                    at: place + [key], message: "only a phase of kind fitting has \(key)")
            }
            return
        }
        reportRepeated(checks ?? [], &report, at: place + ["checks"]) { $0.rawValue }
        reportRepeated(asks ?? [], &report, at: place + ["asks"]) { $0.rawValue }
    }

    private func checkTask(_ report: inout DeclarationReport, at place: [String]) {
        if task != nil, kind != .baseline {
            report.add(at: place + ["task"], message: "only a phase of kind baseline has a task")
        }
        let isBlank = text?.allSatisfy(\.isWhitespace) ?? true
        if task == .typing, isBlank {
            report.add(
                at: place + [text == nil ? "task" : "text"],
                message: "expected the key text with what the participant copies")
        }
        if text != nil, task != .typing {
            report.add(
                at: place + ["text"],
                message: "only a typing task has a text; what the participant is told is "
                    + "instructions")
        }
    }

    /// - Parameters:
    ///   - hasModel: whether the chat has a model that can be checked.
    ///   - hasAudio: whether a tier covers audio, so that there is a microphone.
    func phase(hasModel: Bool, hasAudio: Bool) -> StudyPhase {
        var fitting: FittingPlan?
        if kind == .fitting {
            let usual = FittingPlan.Check.allCases.filter {
                ($0 != .model || hasModel) && ($0 != .microphone || hasAudio)
            }
            fitting = FittingPlan(
                checks: checks ?? usual, settleSeconds: settleSeconds ?? 300,
                asks: asks ?? FittingPlan.Question.allCases)
        }
        return StudyPhase(
            name: name, title: title, kind: kind, durationSeconds: durationSeconds,
            instructions: instructions, isOptional: optional ?? false, permitsKeys: keys,
            advance: advance, questionnaires: questionnaires ?? [], fitting: fitting,
            task: task ?? .rest, text: text, thinkAloud: thinkAloud)
    }
}

/// What is said about a name that nothing has.
func unknown(_ name: String, _ what: String, known: [String]) -> String {
    known.isEmpty
        ? "there is no \(what) '\(name)'; the protocol has none"
        : "there is no \(what) '\(name)'; there are \(known.joined(separator: ", "))"
}

/// Reports the elements of a list that stand in it before.
func reportRepeated<Element: Equatable>(
    _ list: [Element], _ report: inout DeclarationReport, at place: [String],
    _ text: (Element) -> String
) {
    for (index, element) in list.enumerated() where list[..<index].contains(element) {
        report.add(at: place + ["\(index)"], message: "'\(text(element))' stands twice")
    }
}
