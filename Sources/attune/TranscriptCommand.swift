import ArgumentParser
import Foundation
import Link
import Review
import SessionStore
import SystemCalls
import Timebase

/// `attune transcript …`: what was said in a commentary, in words.
struct TranscriptCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "transcript",
        abstract: "Add transcripts to commentaries, and show them.",
        subcommands: [Add.self, Show.self])

    struct Add: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Add a transcript to a finished session.",
            discussion: """
                Reads WebVTT, SRT and JSON of recognisers (Whisper, whisper.cpp, or the form in \
                Protocols/formats/transcripts.md). Its times count from the start of the session's \
                sound; they are put on the session's clock by what is known of the sound card's. \
                Earlier transcripts stay; the newest counts.
                """)

        @Argument(help: "The session's file.", completion: .file(extensions: ["attune"]))
        var session: String
        @Argument(help: "The transcript: .vtt, .srt or .json.", completion: .file())
        var file: String
        @Option(help: "webvtt, srt or json, where the file's name does not tell.")
        var format: SpokenText.Format?
        @Option(help: "Its language, such as en-US.")
        var language: String?
        @Option(help: "The stream of sound that it was made from; without it, all of them.")
        var stream: String?
        @Flag(help: "Its times count from the session's start, and not from that of the sound.")
        var fromSession = false
        @OptionGroup var global: GlobalOptions

        func run() throws {
            guard let format = format ?? SpokenText.Format(fileName: file) else {
                throw ValidationError("'\(file)' does not tell what it is: give --format.")
            }
            let text: SpokenText
            do throws(TranscriptMistake) {
                text = try SpokenText(try Self.read(file), format: format)
            } catch {
                throw ValidationError("\(file): \(error)")
            }
            let reader = try SessionReader.open(at: session)
            defer { try? reader.close() }
            let row = try reader.session()
            let start = row.description.started
            let track = try fromSession ? nil : sound(reader)
            let pieces: [TranscriptPiece]
            do throws(TranscriptMistake) {
                pieces = try AlignedTranscript.pieces(
                    text, sound: track, started: start,
                    range: start...max(start, row.stopped ?? start))
            } catch {
                throw ValidationError("\(file): \(error)")
            }
            let name = (file as NSString).lastPathComponent
            let language = language ?? (text.language.isEmpty ? nil : text.language)
            let stored = try global.connect().call(
                ReviewInterface.AddTranscript.self,
                .init(
                    session: row.description.identifier, change: UUID().uuidString.lowercased(),
                    source: format.rawValue, language: language,
                    detail: ["file": .string(name)], segments: pieces)
            ).row
            if global.json { return try Output.json(stored) }
            print("Transcript \(stored.id): \(pieces.count) segments")
        }

        private static func read(_ path: String) throws(TranscriptMistake) -> [UInt8] {
            do throws(SystemError) {
                return try FileSystem.read(path)
            } catch {
                throw TranscriptMistake(nil, "\(error)")
            }
        }

        private func sound(_ reader: SessionReader) throws -> SoundTrack? {
            if let track = try SoundTrack.of(reader, stream: stream) { return track }
            guard let stream else { return nil }
            throw ValidationError("\(session) has no sound '\(stream)'.")
        }
    }

    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print the newest transcript of a session.")

        @Argument(help: "The session's file.", completion: .file(extensions: ["attune"]))
        var session: String
        @OptionGroup var global: GlobalOptions

        func run() throws {
            let reader = try SessionReader.open(at: session)
            let start = try reader.session().description.started
            try reader.close()
            let review = try ReviewReader.open(session)
            defer { try? review.close() }
            guard let newest = try review.transcripts().last else {
                throw ValidationError("\(session) has no transcript.")
            }
            for segment in try review.segments(of: newest.id) {
                let seconds = Double(segment.start - start) / 1e9
                let who = segment.speaker.isEmpty ? "" : "\(segment.speaker): "
                print(String(format: "%8.1f s  ", seconds) + who + segment.text)
            }
        }
    }
}

extension SpokenText.Format: ExpressibleByArgument {}
