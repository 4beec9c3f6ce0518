import SessionStore
import StudyProtocol

/// The cue points of a session by its protocol, and what its participant's view shows.
struct ThinkAloudCues: Sendable {
    var cues: [CuePoint]
    var shows: [String]

    /// The rules of a session without any.
    private static let usual = ThinkAloudPlan()

    static func of(_ session: OpenedSession) async throws -> ThinkAloudCues {
        let id = session.listed.id
        return try await session.read { reader in
            let row = try reader.session()
            let text = row.description.protocolText
            let plan = text.isEmpty ? nil : try? StudyPlan.read(text, file: "protocol")
            let rules = plan?.phases.lazy.compactMap(\.thinkAloud).first ?? Self.usual
            let shows = rules.shows.map(\.rawValue)
            guard !rules.cues.isEmpty else { return ThinkAloudCues(cues: [], shows: shows) }
            var material = try CueFinder.Material(reader, plan: plan)
            let wantsPeaks = rules.cues.contains {
                if case .peaks = $0.moments { true } else { false }
            }
            if wantsPeaks { material.peaks = try peaks(session, reader) }
            let finder = CueFinder(plan: rules, session: id, material: material)
            return ThinkAloudCues(cues: finder.cues(), shows: shows)
        }
    }

    /// The peaks that playback shows, as rules look at them.
    private static func peaks(
        _ opened: OpenedSession, _ reader: SessionReader
    ) throws -> [(kind: CueRule.Peak, moment: CueFinder.Moment)] {
        let session = try PlaybackSession(opened)
        let derivation = SessionDerivation(corrections: session.corrections)
        return try PeakFinder(session: session, reader: reader).all(derivation).compactMap { peak in
            let kind: CueRule.Peak? =
                switch peak.kind {
                case .response: .skinConductance
                case .heartRate: .heartRate
                case .writingPause, .answerPause: nil
                }
            return kind.map {
                let place = Int((peak.time * 1000).rounded())
                return (
                    $0,
                    CueFinder.Moment(
                        id: "\(peak.kind.rawValue)-\(place)", kind: "peak", time: peak.time,
                        to: peak.time, label: peak.label, size: peak.size)
                )
            }
        }
    }
}
