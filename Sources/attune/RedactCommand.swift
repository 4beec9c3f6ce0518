import ArgumentParser
import Foundation
import Link

/// `attune redact`: a third person's name is covered in a finished session.
struct RedactCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "redact",
        abstract: "Cover names in a finished session and its review, and silence its sound.",
        discussion: """
            Names are found as whole words, in any case, however accents are composed, in messages, \
            drafts (also where they were typed letter by letter), events, logs of models, annotations, \
            ratings and transcripts. Each is covered letter by letter, so that nothing moves. Who did it, \
            when and in which rows stands in the audit trail.
            """)

    @Argument(help: "The session: its id, or the beginning of it.") var session: String

    @Option(help: "A name to cover; may be repeated.") var text: [String] = []

    @Option(help: "The character that covers.") var replaceWith: String?

    @Option(
        parsing: .upToNextOption,
        help: "From and to in seconds since the session's start: this sound is silenced.")
    var audio: [Double] = []

    @Flag(help: "Tell where it stands, and change nothing.") var dryRun = false

    @Option(help: "Who asked for it, where that is not you.") var actor: String?

    @OptionGroup var global: GlobalOptions

    private static let patience = 3_600_000

    func validate() throws {
        guard
            audio.isEmpty
                || (audio.count == 2 && audio[0] >= 0 && audio[0] < audio[1] && audio[1] < 1e9)
        else { throw ValidationError("--audio wants two times in seconds, the second one later.") }
        guard !text.isEmpty || !audio.isEmpty else {
            throw ValidationError("Say what is to be covered: --text NAME or --audio FROM TO.")
        }
    }

    func run() throws {
        let client = try global.connect()
        client.timeoutMilliseconds = Self.patience
        let silence =
            audio.isEmpty
            ? nil
            : [Stretch(fromNs: Int64(audio[0] * 1e9), toNs: Int64(audio[1] * 1e9))]
        let done = try client.call(
            StudyInterface.Redact.self,
            .init(
                session: session, texts: text, cover: replaceWith, silence: silence, trial: dryRun,
                actor: actor)
        ).redaction
        if global.json { return try Output.json(done) }
        let verb = dryRun ? "would be" : "were"
        if done.rows.isEmpty && done.silencedSamples == 0 { print("Nothing was found.") }
        for (table, count) in done.rows.sorted(by: { $0.key < $1.key }) {
            print("\(count) rows of \(table) \(verb) covered")
        }
        if done.silencedSamples > 0 {
            print("\(done.silencedSamples) samples of sound \(verb) silenced")
        }
        if let sha256 = done.sha256 { print("The file's SHA-256 is now \(sha256).") }
    }
}
