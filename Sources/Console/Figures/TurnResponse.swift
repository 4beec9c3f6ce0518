import Measures
import SessionStore
import Timebase

/// How heart rate and skin conductance went around each of the client's turns in one session.
struct TurnResponse: Sendable {
    /// Seconds before and after the turn stood on the screen, and of one step.
    static let before = 5.0
    static let after = 15.0
    static let step = 0.5
    static var steps: Int { Int((before + after) / step) }

    /// For each turn one value a step: the difference from the mean before the turn. NaN where there is
    /// nothing. Turns without anything before them are left out.
    private(set) var heartRate: [[Double]] = []
    private(set) var phasic: [[Double]] = []
    /// Turns in all.
    private(set) var turns = 0

    /// Reads and computes; may take seconds.
    init(
        _ session: PlaybackSession, _ derivation: SessionDerivation, _ reader: SessionReader,
        turns: [Instant]
    ) throws {
        self.turns = turns.count
        let isFinal = session.tag != nil
        if let track = session.tracks.first(where: { $0.kind == .heartRate && $0.source != .rate })
        {
            let series = try derivation.heart(track, of: session).series(reader, isFinal: isFinal)
            heartRate = turns.compactMap { turn in
                Self.relative(
                    (0..<Self.steps).map { step in
                        let from = Self.start(of: step, turn)
                        return series.meanRate(from: from, to: from + Int64(Self.step * 1e9))
                            ?? .nan
                    })
            }
        }
        if let track = session.tracks.first(where: { $0.kind == .phasic }),
            let skin = derivation.skin(track, of: session)
        {
            let values = try Self.phasicValues(skin, reader, isFinal: isFinal)
            phasic = turns.compactMap { turn in
                Self.relative(
                    (0..<Self.steps).map { step in
                        let from = Self.start(of: step, turn)
                        let first = values.times.place(of: from)
                        let end = values.times.place(of: from + Int64(Self.step * 1e9))
                        guard first < end else { return .nan }
                        return values.values[first..<end].reduce(0, +) / Double(end - first)
                    })
            }
        }
    }

    /// Seconds from the turn to the middle of a step.
    static func time(of step: Int) -> Double { Double(step) * self.step - before + self.step / 2 }

    private static func start(of step: Int, _ turn: Instant) -> Instant {
        turn + Int64((Double(step) * self.step - before) * 1e9)
    }

    /// Differences from the mean of the steps before the turn.
    static func relative(_ values: [Double]) -> [Double]? {
        let known = values.prefix(Int(before / step)).filter(\.isFinite)
        guard !known.isEmpty else { return nil }
        let mean = known.reduce(0, +) / Double(known.count)
        return values.map { $0 - mean }
    }

    private static func phasicValues(
        _ skin: SkinDerivation, _ reader: SessionReader, isFinal: Bool
    ) throws -> (times: [Instant], values: [Double]) {
        var times: [Instant] = []
        var values: [Double] = []
        try skin.forEachBlock(
            reader, from: Instant(nanoseconds: .min), to: Instant(nanoseconds: .max),
            isFinal: isFinal
        ) { block in
            for bucket in 0..<SkinBlock.buckets where block.phasic[2 * bucket].isFinite {
                times.append(block.start(of: bucket))
                values.append(Double(block.phasic[2 * bucket] + block.phasic[2 * bucket + 1]) / 2)
            }
        }
        return (times, values)
    }
}
