import Declarations

/// The chat as it is written.
struct ChatDeclaration: Decodable {
    struct Reply: Decodable {
        var paint: ReplyPlan.Paint?
        var delay: ReplyPlan.Delay?
        var milliseconds: Int?
    }
    struct Suggestions: Decodable {
        var source: SuggestionPlan.Source?
        var each: Int?
        var shown: Bool?
        var generateUnshown: Bool?
    }
    struct Emotions: Decodable {
        var scorer: EmotionPlan.Scorer?
        var display: EmotionPlan.Display?
        var when: EmotionPlan.Moment?
        var shown: Bool?

        /// Without a scorer and a word about it, nothing is shown.
        var usualDisplay: EmotionPlan.Display {
            display ?? (scorer == EmotionPlan.Scorer.none ? .none : .scored)
        }
    }
    struct Adoption: Decodable {
        var direct: Double?
        var slight: Double?
        var overlap: Double?

        var thresholds: AdoptionThresholds {
            let usual = AdoptionThresholds()
            return AdoptionThresholds(
                direct: direct ?? usual.direct, slight: slight ?? usual.slight,
                overlap: overlap ?? usual.overlap)
        }
    }
    struct Safety: Decodable {
        struct Participant: Decodable {
            var cues: SafetyPlan.Cues?
            var resources: [Resource]?
        }
        struct Resource: Decodable {
            var title: String
            var text: String?
            var phone: String?
            var url: String?
        }
        var rules: String?
        var participant: Participant?
        var permits: [String]?
        var acknowledgeWithinSeconds: Double?
    }

    var persona: String?
    /// The old name of `persona`.
    var script: String?
    var clientLabel: String?
    var reply: Reply?
    var model: ModelDeclaration?
    var suggestions: Suggestions?
    var emotions: Emotions?
    var adoption: Adoption?
    var safety: Safety?
    var machineNotice: ChatPlan.MachineNotice?

    func check(_ report: inout DeclarationReport, study: StudyDeclaration) {
        checkPersona(&report, study: study)
        report.require(reply?.milliseconds, in: 0...600_000, at: "chat", "reply", "milliseconds")
        report.require(suggestions?.each, in: 1...10, at: "chat", "suggestions", "each")
        if let model {
            model.check(&report, consent: study.consent)
        } else {
            let message = "expected the key chat.model, since a model is asked"
            if suggestions?.source == .model {
                report.add(at: "chat", "suggestions", "source", message: message)
            }
            if emotions?.scorer == .model {
                report.add(at: "chat", "emotions", "scorer", message: message)
            }
        }
        if emotions?.scorer == EmotionPlan.Scorer.none, emotions?.display == .scored {
            report.add(
                at: "chat", "emotions", "display",
                message: "expected a display other than scored, since there is no scorer")
        }
        checkAdoption(&report)
        checkSafety(&report, language: study.hasLanguage ? study.language ?? "en" : nil)
        if machineNotice == .briefing, !study.phases.contains(where: { $0.kind == .briefing }) {
            report.add(
                at: "chat", "machineNotice",
                message: "expected always or never, since there is no phase of kind briefing")
        }
    }

    private func checkPersona(_ report: inout DeclarationReport, study: StudyDeclaration) {
        report.requireName(persona, at: "chat", "persona")
        report.requireName(script, at: "chat", "script")
        if persona != nil, script != nil {
            report.add(
                at: "chat", "script", message: "script is the old name of persona; give one of them"
            )
        }
        let hasFactor = study.conditions?.factors.contains { $0.name == "persona" } ?? false
        if persona == nil, script == nil, !hasFactor {
            report.add(at: "chat", "persona", message: "expected a text, found no such key")
        }
    }

    private func checkAdoption(_ report: inout DeclarationReport) {
        guard let adoption else { return }
        report.require(adoption.direct, in: 0...1, at: "chat", "adoption", "direct")
        report.require(adoption.slight, in: 0...1, at: "chat", "adoption", "slight")
        report.require(adoption.overlap, in: 0...1, at: "chat", "adoption", "overlap")
        let all = adoption.thresholds
        if all.slight >= all.direct {
            report.add(
                at: "chat", "adoption", adoption.slight == nil ? "direct" : "slight",
                message: "expected slight below direct, found \(all.slight) and \(all.direct)")
        }
        if all.overlap >= all.slight {
            report.add(
                at: "chat", "adoption", adoption.overlap == nil ? "slight" : "overlap",
                message: "expected overlap below slight, found \(all.overlap) and \(all.slight)")
        }
    }

    private func checkSafety(_ report: inout DeclarationReport, language: String?) {
        guard let safety else { return }
        report.require(
            safety.acknowledgeWithinSeconds, in: 5...3_600, at: "chat", "safety",
            "acknowledgeWithinSeconds")
        if let rules = safety.rules, let language, base(rules) != base(language) {
            report.add(
                at: "chat", "safety", "rules",
                message: "expected \(base(language)) as the protocol's language, found '\(rules)'")
        }
        for (index, name) in (safety.permits ?? []).enumerated() {
            report.requireName(name, at: "chat", "safety", "permits", "\(index)")
        }
        reportRepeated(safety.permits ?? [], &report, at: ["chat", "safety", "permits"]) { $0 }
        for (index, resource) in (safety.participant?.resources ?? []).enumerated() {
            let place = ["chat", "safety", "participant", "resources", "\(index)"]
            if resource.title.allSatisfy(\.isWhitespace) {
                report.add(at: place + ["title"], message: "expected a text, found nothing in it")
            }
            // The page makes a link of it: nothing else may be one.
            if let url = resource.url, !url.hasPrefix("https://"), !url.hasPrefix("http://") {
                report.add(
                    at: place + ["url"], message: "expected an http or https URL, found '\(url)'")
            }
        }
    }

    /// The language without region and script.
    private func base(_ tag: String) -> String {
        (tag.split(separator: "-").first.map(String.init) ?? tag).lowercased()
    }

    func plan(language: String, factors: [ConditionDeclaration.Factor]) -> ChatPlan {
        let level = factors.first { $0.name == "persona" }?.levels.first
        let usualSafety = SafetyPlan(rules: base(language))
        return ChatPlan(
            persona: persona ?? script ?? level ?? "", clientLabel: clientLabel ?? "Client",
            reply: ReplyPlan(
                paint: reply?.paint ?? .whole, delay: reply?.delay ?? .persona,
                milliseconds: reply?.milliseconds ?? 4000),
            model: model?.plan,
            suggestions: SuggestionPlan(
                source: suggestions?.source ?? .scripted, each: suggestions?.each ?? 1,
                isShown: suggestions?.shown ?? true,
                generatesUnshown: suggestions?.generateUnshown ?? true),
            emotions: EmotionPlan(
                scorer: emotions?.scorer ?? .lexicon, display: emotions?.usualDisplay ?? .scored,
                when: emotions?.when ?? .withReply, isShown: emotions?.shown ?? true),
            adoption: adoption?.thresholds ?? AdoptionThresholds(),
            safety: SafetyPlan(
                rules: safety?.rules ?? usualSafety.rules,
                cues: safety?.participant?.cues ?? usualSafety.cues,
                resources: (safety?.participant?.resources ?? []).map {
                    .init(title: $0.title, text: $0.text, phone: $0.phone, url: $0.url)
                },
                permits: safety?.permits ?? [],
                acknowledgeWithinSeconds: safety?.acknowledgeWithinSeconds
                    ?? usualSafety.acknowledgeWithinSeconds),
            machineNotice: machineNotice ?? .always)
    }
}
