import Measures
import SessionStore
import StudyProtocol
import Timebase

/// What every answer about a session needs to know of it.
struct PlaybackSession: Sendable {
    let opened: OpenedSession
    let row: SessionRow
    let streams: [StreamDescription]
    /// What may be shown, in the order in which it is offered.
    let tracks: [PlaybackTrack]
    let consent: SessionConsent
    /// What people corrected in the signals.
    let corrections: SignalCorrections
    /// Differs where tiles may differ: by the file, the alignment, the review and the consent. nil while
    /// the session may still grow.
    let tag: String?

    var start: Instant { row.description.started }

    /// For what is computed of it, in its present version.
    var answer: PlaybackAnswer { PlaybackAnswer(tag: tag, corrections: corrections.version) }

    /// Reads it; waits for the disk.
    init(_ opened: OpenedSession) throws {
        self.opened = opened
        (row, streams) = try opened.readNow { (try $0.session(), try $0.streams()) }
        let consent = SessionConsent.read(of: row, file: opened.path)
        self.consent = consent
        corrections = opened.corrections
        tracks = PlaybackTrack.all(of: streams).filter {
            consent.shows($0.kind == .keys ? .keys : .signals)
        }
        let refused = consent.refused.map(\.rawValue).sorted().joined(separator: ".")
        tag = opened.version.map { "\($0)\(refused.isEmpty ? "" : "-\(refused)")" }
    }

    /// A track by its id.
    /// - Throws: `ConsoleRefusal` where there is none, or where it is not to be shown.
    func track(_ id: String) throws -> PlaybackTrack {
        if let track = tracks.first(where: { $0.id == id }) { return track }
        guard PlaybackTrack.all(of: streams).contains(where: { $0.id == id }) else {
            throw ConsoleRefusal.missing("track")
        }
        throw ConsoleRefusal(
            .forbidden, "The participant does not agree that this is shown.")
    }
}
