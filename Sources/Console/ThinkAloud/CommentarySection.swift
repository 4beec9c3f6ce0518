import Foundation
import HTTPTypes
import Hummingbird
import Link
import Review
import SessionStore
import StudyProtocol
import SystemCalls
import Timebase
import Web

/// Commentaries that were held: what to ask about, what was said when, and in words.
struct CommentarySection: ConsoleSection {
    let surroundings: ConsoleSurroundings
    let rooms: ThinkAloudRooms

    func addRoutes(to router: ConsoleRouter) {
        router.get("api/sessions/:session/cues", [.researcher]) { try await cues($0) }
        router.get("api/sessions/:session/commentaries", [.researcher]) {
            try await commentaries($0)
        }
        router.get("api/commentaries/:commentary", [.researcher]) { call in
            let session = try await commentary(call)
            return ConsoleAnswer.json(try Self.encoded(try await stored(session)))
        }
        router.get("api/commentaries/:commentary/audio.wav", [.researcher]) {
            try await sound($0)
        }
        router.post("api/commentaries/:commentary/transcript", [.researcher]) {
            try await transcript($0)
        }
    }

    /// The interface's names are in small letters with underscores.
    static func encoded(_ value: some Encodable) throws -> JSONValue {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        return try JSONValue(parsing: Array(encoder.encode(value))[...], limits: limits)
    }

    private static let limits = JSONLimits(depth: 32, values: 8_000_000)

    private func commentary(_ call: ConsoleCall) async throws -> OpenedSession {
        let session = try await surroundings.shelf.open(try call.parameter("commentary"))
        guard session.listed.kind == SessionKind.commentary.rawValue else {
            throw ConsoleRefusal.missing("commentary")
        }
        return session
    }

    private func cues(_ call: ConsoleCall) async throws -> Response {
        let id = try call.parameter("session")
        let session = try await surroundings.shelf.open(id)
        let found = try await rooms.cues(of: session.listed.id)
        let told: JSONValue = [
            "cues": try JSONValue(encoding: found.cues),
            "shows": .array(found.shows.map(JSONValue.string)),
        ]
        return ConsoleAnswer.json(told)
    }

    private func commentaries(_ call: ConsoleCall) async throws -> Response {
        let session = try await surroundings.shelf.open(try call.parameter("session"))
        let own = try await surroundings.shelf.list(study: session.listed.study).filter {
            $0.parent == session.listed.id && $0.kind == SessionKind.commentary.rawValue
                && $0.state != .withdrawn
        }
        var told: [JSONValue] = []
        for listed in own.reversed() {
            let delay = try? await surroundings.shelf.open(listed.id).read { reader in
                try reader.events(of: ["recall"]).first.flatMap {
                    (try? JSONValue(parsing: $0.payload))?["delay_ms"]
                }
            }
            told.append([
                "id": .string(listed.id), "state": .string(listed.state.rawValue),
                "started_utc": .integer(listed.startedUtcNs),
                "duration_s": listed.durationS.map(JSONValue.real) ?? .null,
                "delay_ms": delay.flatMap(\.self) ?? .null,
            ])
        }
        return ConsoleAnswer.json(["commentaries": .array(told)])
    }

    private func stored(_ session: OpenedSession) async throws -> StoredCommentary {
        let parent = session.listed.parent ?? ""
        let started = try await surroundings.shelf.open(parent).read {
            try $0.session().description.started
        }
        let isFinished = session.listed.isFinished
        let path = session.path
        return try await session.read { reader in
            let review = isFinished ? try ReviewReader.open(path) : nil
            defer { try? review?.close() }
            return try StoredCommentary(reader, review: review, parentStarted: started)
        }
    }

    // MARK: Sound

    private func sound(_ call: ConsoleCall) async throws -> Response {
        let session = try await commentary(call)
        let name = call.query("stream")
        let track = try await session.read { reader in
            let consent = SessionConsent.read(of: try reader.session(), file: session.path)
            guard consent.shows(.audio) else {
                throw ConsoleRefusal(
                    .forbidden, "The participant does not agree that this is heard.")
            }
            return try SoundTrack.of(reader, stream: name)
        }
        guard let track else { throw ConsoleRefusal.missing("sound") }
        guard track.length <= WaveHeader.mostSamples else {
            throw ConsoleRefusal(
                .contentTooLarge, "This is longer than a WAV file can be: play it in parts.")
        }
        return try SoundFile(session: session, track: track).response(to: call.request)
    }

    // MARK: Words

    private struct Words: Decodable {
        struct Segment: Decodable {
            var startS: Double
            var endS: Double
            var speaker: String?
            var text: String

            enum CodingKeys: String, CodingKey {
                case startS = "start_s"
                case endS = "end_s"
                case speaker, text
            }
        }

        var format: String
        var text: String?
        var segments: [Segment]?
        var language: String?
        var stream: String?
    }

    private func transcript(_ call: ConsoleCall) async throws -> Response {
        let session = try await commentary(call)
        let asked = try await call.body(Words.self, most: 16 << 20)
        guard session.listed.isFinished else {
            throw ConsoleRefusal(
                .conflict, "The commentary is not finished yet: try again in a moment.")
        }
        let pieces = try await pieces(asked, of: session)
        let reply = try await surroundings.station.call(
            ReviewInterface.AddTranscript.self,
            .init(
                session: session.listed.id, actor: call.visitor.name,
                change: UUID().uuidString.lowercased(), source: asked.format,
                language: asked.language, segments: pieces))
        return ConsoleAnswer.json([
            "transcript": .integer(reply.row.id), "segments": .integer(Int64(pieces.count)),
        ])
    }

    private func pieces(
        _ asked: Words, of session: OpenedSession
    ) async throws -> [TranscriptPiece] {
        let text: SpokenText
        let isTyped = asked.format == Transcript.Source.typed.rawValue
        if isTyped {
            let segments = asked.segments ?? []
            guard !segments.isEmpty,
                segments.allSatisfy({
                    $0.startS >= 0 && $0.endS >= $0.startS && $0.endS < 1e7
                })
            else {
                throw ConsoleRefusal(
                    .badRequest,
                    "A typed transcript needs segments, each with start_s, end_s and text.")
            }
            text = SpokenText(
                segments: segments.map {
                    SpokenSegment(
                        start: Int64(($0.startS * 1e9).rounded()),
                        end: Int64(($0.endS * 1e9).rounded()), speaker: $0.speaker ?? "",
                        text: $0.text)
                })
        } else {
            guard let format = SpokenText.Format(rawValue: asked.format), let file = asked.text
            else {
                throw ConsoleRefusal(
                    .badRequest, "'format' has to be typed, webvtt, srt or json, with a text.")
            }
            do throws(TranscriptMistake) {
                text = try SpokenText(Array(file.utf8), format: format)
            } catch {
                throw ConsoleRefusal(.unprocessableContent, "The file cannot be used: \(error).")
            }
        }
        let name = asked.stream
        return try await session.read { reader in
            let row = try reader.session()
            let start = row.description.started
            let track = isTyped ? nil : try SoundTrack.of(reader, stream: name)
            do throws(TranscriptMistake) {
                return try AlignedTranscript.pieces(
                    text, sound: track, started: start,
                    range: start...max(start, row.stopped ?? start))
            } catch {
                throw ConsoleRefusal(.unprocessableContent, "The file cannot be used: \(error).")
            }
        }
    }
}
