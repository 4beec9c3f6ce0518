import ArgumentParser
import Glibc
import Link
import SessionStore
import SystemCalls

/// `attune emotions`: what was intended, scored and displayed of each turn, and corrections of it.
struct EmotionsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "emotions",
        abstract: "List the emotions of a session's turns, or correct one.",
        subcommands: [List.self, Correct.self], defaultSubcommand: List.self)

    /// `attune emotions FILE`.
    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List what was intended, scored, displayed and corrected.",
            discussion: """
                Intended is what the simulated client was told to feel, scored what the scorer read in \
                its words, displayed what the participant's page showed. A correction stands beside \
                these and changes none of them.
                """)

        @Argument(help: "The session's file.", completion: .file(extensions: ["attune"]))
        var file: String
        @OptionGroup var global: GlobalOptions

        func run() throws {
            let entries = try EmotionEntry.all(in: file)
            if global.json { return try Output.json(entries) }
            guard !entries.isEmpty else { return print("\(file): no turn has an emotion") }
            Output.table(
                [["TURN", "WHICH", "CATEGORY", "VALENCE", "AROUSAL", "SOURCE"]]
                    + entries.map(\.cells))
        }
    }

    /// `attune emotions correct FILE --turn N …`.
    struct Correct: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Add a correction of a turn's emotion to the review file.",
            discussion: """
                Earlier corrections stay; of a turn's several the last one counts. Where a daemon runs \
                on the file's data directory it does the work, which needs the right to control.
                """)

        @Argument(help: "The session's file.", completion: .file(extensions: ["attune"]))
        var file: String
        @Option(help: "The turn's number.")
        var turn: Int64
        @Option(
            help: .init(
                "One of \(EmotionCorrection.categories.joined(separator: ", ")).",
                valueName: "category"))
        var category: String?
        @Option(parsing: .unconditional, help: "-1 (unpleasant) to 1 (pleasant).")
        var valence: Double?
        @Option(parsing: .unconditional, help: "-1 (calm) to 1 (excited).")
        var arousal: Double?
        @Option(help: "Why, for the record.")
        var note: String?
        @OptionGroup var global: GlobalOptions

        func validate() throws {
            if let problem = correction.problem {
                throw ValidationError("Nothing done: \(problem).")
            }
        }

        private var correction: EmotionCorrection {
            EmotionCorrection(
                turn: turn, category: category, valence: valence, arousal: arousal,
                note: note ?? "", actor: "uid \(getuid())", madeRealtime: Clocks.realtime())
        }

        func run() throws {
            let done = try ReviewOrder(file: file, global: global).run(
                here: { path in
                    let review = SessionReview(path: path)
                    return ControlInterface.CorrectEmotion.Reply(
                        id: try review.add(correction), review: review.reviewPath)
                },
                daemon: { client, session in
                    try client.call(
                        ControlInterface.CorrectEmotion.self,
                        .init(
                            session: session, turn: turn, category: category, valence: valence,
                            arousal: arousal, note: note))
                })
            if global.json { return try Output.json(done) }
            print("\(done.review): correction \(done.id) of turn \(turn)")
        }
    }
}
