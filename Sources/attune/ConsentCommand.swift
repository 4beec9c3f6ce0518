import ArgumentParser
import Foundation
import Link

/// `attune consent …`: what participants agreed to.
struct ConsentCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "consent", abstract: "Show and note what a participant agrees to.",
        subcommands: [Show.self, Set.self])

    /// Whose consent it is.
    struct Whose: ParsableArguments {
        @Argument(help: "Code of the participant.") var participant: String

        @Option(help: "Code of the study; not needed where only one has the participant.")
        var study: String?
    }

    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show a participant's answers, and what is recorded by them.")

        @OptionGroup var whose: Whose
        @OptionGroup var global: GlobalOptions

        func run() throws {
            let consent = try global.connect().call(
                StudyInterface.GetConsent.self,
                .init(study: whose.study, participant: whose.participant)
            ).consent
            if global.json { return try Output.json(consent) }
            ConsentTable.show(consent)
        }
    }

    struct Set: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Note an answer; a session that records obeys at once.")

        @OptionGroup var whose: Whose

        @Argument(help: "Tier, such as sensors, key-timing or draft-text.") var tier: String

        @Argument(help: "yes or no.") var answer: Answer

        @Option(help: "Who gave the answer, where that is not you.") var actor: String?

        @OptionGroup var global: GlobalOptions

        enum Answer: String, ExpressibleByArgument { case yes, no }

        func run() throws {
            let consent = try global.connect().call(
                StudyInterface.RecordConsent.self,
                .init(
                    study: whose.study, participant: whose.participant,
                    answers: [tier: answer == .yes], actor: actor)
            ).consent
            if global.json { return try Output.json(consent) }
            ConsentTable.show(consent)
        }
    }
}

/// Consent as a table.
enum ConsentTable {
    static func show(_ consent: ConsentInfo) {
        print(
            "\(consent.participant) in \(consent.study)"
                + (consent.protocol.map { ", protocol \($0)" } ?? ""))
        guard !consent.tiers.isEmpty else { return print("There are no answers.") }
        var rows = [["TIER", "ANSWER", "RECORDED", "WHEN", "BY", "WHAT"]]
        for tier in consent.tiers {
            rows.append([
                tier.tier + (tier.required ? " (required)" : ""),
                tier.answer.map { $0 ? "yes" : "no" } ?? "-", tier.recorded ? "yes" : "no",
                tier.answeredUtcNs.map { Output.localTime($0) } ?? "-", tier.actor ?? "-",
                tier.title.isEmpty ? "-" : tier.title,
            ])
        }
        Output.table(rows)
    }
}
