import Hummingbird
import Link
import Timebase

/// What the playback page asks for; see Protocols/formats/console-api.md.
struct PlaybackSection: ConsoleSection {
    let surroundings: ConsoleSurroundings
    let sessions: PlaybackSessions
    let derived: DerivedTracks
    private let manifests = ManifestCache()

    /// The most pixels of a tile.
    private static let mostPixels = 16_384

    /// - Throws: where no threads can be had.
    init(surroundings: ConsoleSurroundings) throws {
        self.surroundings = surroundings
        derived = try DerivedTracks()
        sessions = PlaybackSessions(shelf: surroundings.shelf)
    }

    func addRoutes(to router: ConsoleRouter) {
        router.get("api/sessions/:session", [.researcher]) { try await manifest($0) }
        router.get("api/sessions/:session/peaks", [.researcher]) { try await peaks($0) }
        router.get("api/sessions/:session/beats", [.researcher]) { try await beats($0) }
        router.get("api/sessions/:session/tiles", [.researcher]) { try await tile($0) }
        router.get("api/sessions/:session/samples", [.researcher]) { try await samples($0) }
        router.get("api/sessions/:session/keys", [.researcher]) { try await keys($0) }
        router.get("api/sessions/:session/drafts", [.researcher]) { try await drafts($0) }
        // Figures share what was derived from a session.
        FiguresSection(
            surroundings: surroundings,
            library: FigureLibrary(
                shelf: surroundings.shelf, sessions: sessions, derived: derived)
        ).addRoutes(to: router)
    }

    private func session(_ call: ConsoleCall) async throws -> PlaybackSession {
        try await sessions.session(call.parameter("session"))
    }

    private func manifest(_ call: ConsoleCall) async throws -> Response {
        let session = try await session(call)
        let own = session.opened.listed.id
        let commentaries = try await surroundings.shelf.list(study: session.opened.listed.study)
            .filter { $0.parent == own && $0.kind == "commentary" }
        let derivation = derived.derivation(of: session)
        let known = derivation.peaks
        if known == nil, session.tag != nil, derivation.isFirstAsked() {
            // Whoever opens a session will jump to its peaks. What fails is told to who asks for them.
            Task { try? await peaks(session) }
        }
        let state = [
            session.tag ?? "", session.opened.stamp, known == nil ? "" : "peaks",
            commentaries.map { "\($0.id) \($0.state.rawValue)" }.joined(separator: ","),
        ].joined(separator: "/")
        let bytes: [UInt8]
        if let kept = manifests.bytes(of: own, state: state), session.tag != nil {
            bytes = kept
        } else {
            bytes = try await session.opened.read { reader in
                try Manifest(
                    session: session, reader: reader, commentaries: commentaries, peaks: known
                ).json().serialised
            }
            manifests.keep(bytes, of: own, state: state)
        }
        // What belongs to a session may change beside its file, so that the tag follows from the answer.
        let answer = PlaybackAnswer(
            tag: session.tag.map { "\($0)-\(ShortHash.text(bytes))" },
            corrections: session.corrections.version)
        if answer.isKnown(call.request) { return answer.notModified(call.request) }
        return answer.bytes(bytes, type: "application/json", to: call.request)
    }

    private func peaks(_ call: ConsoleCall) async throws -> Response {
        let session = try await session(call)
        let answer = session.answer
        if answer.isKnown(call.request) { return answer.notModified(call.request) }
        let json: JSONValue = [
            "version": .text(session.tag), "corrections": .integer(session.corrections.version),
            "peaks": .array(try await peaks(session).map(\.json)),
        ]
        return answer.bytes(json.serialised, type: "application/json", to: call.request)
    }

    private func beats(_ call: ConsoleCall) async throws -> Response {
        let session = try await session(call)
        let stretch = try PlaybackStretch(call)
        let track = try track(call, of: session)
        guard case .peaks = track.source else {
            throw ConsoleRefusal(.badRequest, "This track is not of R peaks.")
        }
        let answer = session.answer
        if answer.isKnown(call.request) { return answer.notModified(call.request) }
        let start = session.start
        let (found, corrected) = try await derived.run(session) { derivation, reader in
            try derivation.heart(track, of: session).peaks(
                reader, from: .at(stretch.from, since: start), to: .at(stretch.to, since: start),
                isFinal: session.tag != nil)
        }
        func times(_ peaks: [Instant]) -> JSONValue {
            .array(peaks.map { .real($0.seconds(since: start)) })
        }
        let json: JSONValue = [
            "version": .text(session.tag), "corrections": .integer(session.corrections.version),
            "found": times(found), "corrected": times(corrected),
        ]
        return answer.bytes(json.serialised, type: "application/json", to: call.request)
    }

    private func peaks(_ session: PlaybackSession) async throws -> [PlaybackPeak] {
        try await derived.run(session) { derivation, reader in
            if let known = derivation.peaks { return known }
            let found = try PeakFinder(session: session, reader: reader).all(derivation)
            if session.tag != nil { derivation.peaks = found }
            return found
        }
    }

    private func track(
        _ call: ConsoleCall, of session: PlaybackSession
    ) throws -> PlaybackTrack {
        guard let id = call.query("track") else {
            throw ConsoleRefusal(
                .badRequest, "'track' has to be the id of one of the session's tracks.")
        }
        return try session.track(id)
    }

    private func tile(_ call: ConsoleCall) async throws -> Response {
        let session = try await session(call)
        let stretch = try PlaybackStretch(call)
        let asked = try call.number("pixels") ?? 1024
        guard asked >= 1, asked <= Double(Self.mostPixels), asked == asked.rounded() else {
            throw ConsoleRefusal(
                .badRequest, "'pixels' has to be a whole number from 1 to \(Self.mostPixels).")
        }
        let pixels = Int(asked)
        let track = try track(call, of: session)
        let answer = session.answer
        if answer.isKnown(call.request) { return answer.notModified(call.request) }
        let values = try await tile(session, track, stretch, pixels)
        var writer = LittleEndianBytes(capacity: 4 * values.count)
        for value in values { writer.add(value) }
        return answer.bytes(writer.bytes, type: Self.numbers, to: call.request)
    }

    private func tile(
        _ session: PlaybackSession, _ track: PlaybackTrack, _ stretch: PlaybackStretch,
        _ pixels: Int
    ) async throws -> [Float] {
        let start = session.start
        if track.derived != nil {
            return try await derived.run(session) { derivation, reader in
                try DerivedTile(
                    session: session, track: track, derivation: derivation, reader: reader
                ).pairs(
                    from: .at(stretch.from, since: start), to: .at(stretch.to, since: start),
                    pixels: pixels)
            }
        }
        return try await session.opened.read { reader in
            if track.kind == .keys {
                let keys = try reader.keystrokes(
                    from: .at(stretch.from, since: start), to: .at(stretch.to, since: start))
                return KeyTable(keys, start: start)
                    .density(from: stretch.from, to: stretch.to, pixels: pixels)
                    .flatMap { [$0, $0] }
            }
            guard let stream = track.stream, let channel = track.channel else { return [] }
            return try SignalTiles(reader: reader, start: start).tile(
                stream: stream, channel: channel, from: .at(stretch.from, since: start),
                to: .at(stretch.to, since: start), pixels: pixels)
        }
    }

    private func samples(_ call: ConsoleCall) async throws -> Response {
        let session = try await session(call)
        let stretch = try PlaybackStretch(call)
        let track = try track(call, of: session)
        guard let stream = track.stream, let channel = track.channel else {
            throw ConsoleRefusal(.badRequest, "Keys have no samples; ask for them with 'keys'.")
        }
        let answer = session.answer
        if answer.isKnown(call.request) { return answer.notModified(call.request) }
        let start = session.start
        let from = Instant.at(stretch.from, since: start)
        let to = Instant.at(stretch.to, since: start)
        let (times, values) =
            track.derived == nil
            ? try await session.opened.read { reader in
                try SignalTiles(reader: reader, start: start).samples(
                    stream: stream, channel: channel, from: from, to: to)
            }
            : try await derived.run(session) { derivation, reader in
                try DerivedTile(
                    session: session, track: track, derivation: derivation, reader: reader
                ).samples(from: from, to: to)
            }
        var writer = LittleEndianBytes(capacity: 8 + 12 * times.count)
        writer.count(times.count)
        for time in times { writer.add(time) }
        for value in values { writer.add(value) }
        return answer.bytes(writer.bytes, type: Self.numbers, to: call.request)
    }

    private func keys(_ call: ConsoleCall) async throws -> Response {
        let session = try await session(call)
        let answer = session.answer
        if answer.isKnown(call.request) { return answer.notModified(call.request) }
        let isShown = session.consent.shows(.keys)
        let start = session.start
        let bytes = try await session.opened.read { reader in
            KeyTable(isShown ? try reader.keystrokes() : [], start: start).bytes
        }
        return answer.bytes(bytes, type: Self.numbers, to: call.request)
    }

    private func drafts(_ call: ConsoleCall) async throws -> Response {
        let session = try await session(call)
        let stretch = try PlaybackStretch(call)
        let answer = session.answer
        if answer.isKnown(call.request) { return answer.notModified(call.request) }
        let start = session.start
        let consent = session.consent
        let bytes = try await session.opened.read { reader in
            DraftEditsAnswer(
                turns: try reader.turns(),
                edits: consent.shows(.draftEdits) ? try reader.draftEdits() : [], start: start,
                showsText: consent.shows(.draftText)
            ).json(from: .at(stretch.from, since: start), to: .at(stretch.to, since: start))
                .serialised
        }
        return answer.bytes(bytes, type: "application/json", to: call.request)
    }

    private static let numbers = "application/octet-stream"
}
