import Declarations

/// What must hold in a persona's file beyond the types of its keys.
extension Persona.Character {
    public func check(_ report: inout DeclarationReport) {
        report.requireName(name, at: "name")
        report.require(version, in: 1...1_000_000, at: "version")
        if role != .client {
            report.add(at: "role", message: "expected client, found \(role.rawValue)")
        }
        report.requireName(language, at: "language")
        report.require(voice.mostWords, in: 1...1000, at: "voice", "mostWords")
        report.require(voice.mostSentences, in: 1...100, at: "voice", "mostSentences")
        checkPace(&report)
        checkFeelings(&report)
        checkPhases(&report)
        checkDisclosures(&report)
        checkReplies(&report)
        checkBounds(&report)
    }

    private func checkPace(_ report: inout DeclarationReport) {
        report.require(
            pace.readingPerWordMilliseconds, in: 0...10_000, at: "pace",
            "readingPerWordMilliseconds")
        report.require(
            pace.thinkingMilliseconds, in: 0...600_000, at: "pace", "thinkingMilliseconds")
        report.require(
            pace.typingPerCharacterMilliseconds, in: 0...10_000, at: "pace",
            "typingPerCharacterMilliseconds")
        report.require(
            pace.longestMilliseconds, in: 0...600_000, at: "pace", "longestMilliseconds")
    }

    private func checkFeelings(_ report: inout DeclarationReport) {
        for (key, level) in [("trust", feelings.trust), ("distress", feelings.distress)] {
            let (most, start) = (level.most, level.start)
            report.require(most, in: 0...1, at: "feelings", key, "most")
            report.require(level.least, in: 0...max(0, most), at: "feelings", key, "least")
            if !(level.least <= start && start <= most) {
                report.add(
                    at: "feelings", key, "start",
                    message: "expected \(level.least) to \(most), found \(start)")
            }
        }
        for (key, range) in [("valence", feelings.valence), ("arousal", feelings.arousal)] {
            let most = range.most
            report.require(most, in: -1...1, at: "feelings", key, "most")
            report.require(range.least, in: -1...max(-1, most), at: "feelings", key, "least")
        }
        if feelings.shows.isEmpty {
            report.add(at: "feelings", "shows", message: "expected at least one category")
        }
        for (index, feeling) in (feelings.on ?? []).enumerated() {
            requireShown(feeling.category, &report, "feelings", "on", "\(index)", "category")
        }
        report.require(resistance.adviceFrom, in: 0...1, at: "resistance", "adviceFrom")
        report.require(resistance.withholding, in: 0...1, at: "resistance", "withholding")
        for (index, effect) in (resistance.effects ?? []).enumerated() {
            let place = ["resistance", "effects", "\(index)"]
            if !(-1...1).contains(effect.trust) {
                report.add(at: place + ["trust"], message: "expected -1 to 1")
            }
            if !(-1...1).contains(effect.distress) {
                report.add(at: place + ["distress"], message: "expected -1 to 1")
            }
        }
    }

    private func checkPhases(_ report: inout DeclarationReport) {
        if phases.isEmpty { report.add(at: "phases", message: "expected at least one phase") }
        for (index, phase) in phases.enumerated() {
            report.requireName(phase.name, at: "phases", "\(index)", "name")
            requireShown(phase.mood, &report, "phases", "\(index)", "mood")
            report.require(phase.backBelow, in: 0...1, at: "phases", "\(index)", "backBelow")
            report.require(
                phase.until?.trust, in: 0...1, at: "phases", "\(index)", "until", "trust")
            report.require(
                phase.until?.turns, in: 0...10_000, at: "phases", "\(index)", "until", "turns")
            if phases[..<index].contains(where: { $0.name == phase.name }) {
                report.add(
                    at: "phases", "\(index)", "name",
                    message: "'\(phase.name)' is the name of two phases")
            }
        }
    }

    private func checkDisclosures(_ report: inout DeclarationReport) {
        let known = Set(topics.map(\.name))
        for (index, topic) in topics.enumerated() {
            report.requireName(topic.name, at: "topics", "\(index)", "name")
            requireWords(topic.words, &report, "topics", "\(index)", "words")
        }
        for (index, disclosure) in disclosures.enumerated() {
            let place = ["disclosures", "\(index)"]
            report.requireName(disclosure.name, at: "disclosures", "\(index)", "name")
            report.require(disclosure.trust, in: 0...1, at: "disclosures", "\(index)", "trust")
            report.require(disclosure.cost, in: -1...1, at: "disclosures", "\(index)", "cost")
            if disclosure.trust > feelings.trust.most {
                report.add(
                    at: place + ["trust"],
                    message: "expected at most feelings.trust.most, or it is never told")
            }
            requireWords(disclosure.signs, &report, "disclosures", "\(index)", "signs")
            if disclosure.say.isEmpty {
                report.add(at: place + ["say"], message: "expected at least one line")
            }
            if let feels = disclosure.feels {
                requireShown(feels, &report, "disclosures", "\(index)", "feels")
            }
            for (number, topic) in (disclosure.topics ?? []).enumerated()
            where !known.contains(topic) {
                report.add(
                    at: place + ["topics", "\(number)"],
                    message: "expected one of the topics above, found '\(topic)'")
            }
            let earlier = disclosures[..<index]
            if let after = disclosure.after, !earlier.contains(where: { $0.name == after }) {
                report.add(
                    at: place + ["after"],
                    message: "expected a disclosure that stands before, found '\(after)'")
            }
            if earlier.contains(where: { $0.name == disclosure.name }) {
                report.add(
                    at: place + ["name"],
                    message: "'\(disclosure.name)' is the name of two disclosures")
            }
        }
    }

    private func checkReplies(_ report: inout DeclarationReport) {
        for (index, reply) in replies.enumerated() {
            let place = ["replies", "\(index)"]
            if reply.say.isEmpty {
                report.add(at: place + ["say"], message: "expected at least one line")
            }
            if let feels = reply.feels {
                requireShown(feels, &report, "replies", "\(index)", "feels")
            }
            for (number, phase) in (reply.phases ?? []).enumerated()
            where !phases.contains(where: { $0.name == phase }) {
                report.add(
                    at: place + ["phases", "\(number)"],
                    message: "expected one of the phases above, found '\(phase)'")
            }
            for (number, topic) in (reply.topics ?? []).enumerated()
            where !topics.contains(where: { $0.name == topic }) {
                report.add(
                    at: place + ["topics", "\(number)"],
                    message: "expected one of the topics above, found '\(topic)'")
            }
        }
        // Lines that must be there whatever happens, whoever is on the other side.
        for situation in [Situation.machineQuestion, .safetyQuestion, .otherwise]
        where !replies.contains(where: { Self.isGeneral($0) && $0.on.contains(situation) }) {
            report.add(
                at: "replies",
                message: "expected lines for \(situation.rawValue) that apply always")
        }
    }

    private static func isGeneral(_ reply: Persona.Reply) -> Bool {
        reply.phases == nil && reply.topics == nil && reply.leastTrust == nil
            && reply.mostTrust == nil
    }

    private func checkBounds(_ report: inout DeclarationReport) {
        report.require(bounds.resistedAdvice, in: 0...1, at: "bounds", "resistedAdvice")
        report.require(bounds.mostAgreeing, in: 0...1, at: "bounds", "mostAgreeing")
        report.require(bounds.mostOverlap, in: 0...1, at: "bounds", "mostOverlap")
        report.require(bounds.mostRepeats, in: 0...10_000, at: "bounds", "mostRepeats")
        report.require(bounds.listenerTrust, in: 0...1, at: "bounds", "listenerTrust")
        report.require(bounds.hostileTrust, in: 0...1, at: "bounds", "hostileTrust")
    }

    private func requireWords(
        _ words: [String], _ report: inout DeclarationReport, _ place: String...
    ) {
        for (index, word) in words.enumerated() where !word.contains(where: \.isLetter) {
            report.add(
                at: place + ["\(index)"], message: "expected a word or a phrase, found '\(word)'")
        }
    }

    private func requireShown(
        _ category: EmotionCategory, _ report: inout DeclarationReport, _ place: String...
    ) {
        guard !feelings.shows.contains(category) else { return }
        report.add(
            at: place,
            message: "expected one of feelings.shows, found \(category.rawValue)")
    }
}
