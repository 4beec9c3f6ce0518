import Playback
import TestSupport
import Testing
import Timebase

@Suite struct CommentaryMapTests {
    private static func instant(_ seconds: Double) -> Instant {
        Instant(nanoseconds: Int64((seconds * 1e9).rounded()))
    }

    private static func move(
        _ speech: Double, _ session: Double, _ rate: Double, playing: Bool
    ) -> CommentaryMove {
        CommentaryMove(
            speech: instant(speech), session: instant(session), rate: rate, isPlaying: playing)
    }

    /// Played, paused, sought back and played at half the rate.
    private static let example = CommentaryMap(
        [
            move(0, 100, 1, playing: false), move(10, 100, 1, playing: true),
            move(20, 110, 1, playing: false), move(25, 105, 0.5, playing: true),
            move(45, 115, 0.5, playing: false),
        ], end: instant(50))

    @Test func eachMomentOfTheCommentaryHasOnePlace() {
        let map = Self.example
        for (speech, session) in [
            (0.0, 100.0), (9.5, 100), (10, 100), (15, 105), (20, 110), (24, 110), (25, 105),
            (35, 110), (45, 115), (50, 115),
        ] {
            #expect(map.session(at: Self.instant(speech)) == Self.instant(session))
        }
        #expect(map.session(at: Self.instant(-0.1)) == nil)
        #expect(map.session(at: Self.instant(50.1)) == nil)
        #expect(CommentaryMap([], end: Self.instant(9)).session(at: Self.instant(1)) == nil)
    }

    @Test func aMomentOfTheSessionMayHaveBeenReplayedSeveralTimes() {
        let map = Self.example
        #expect(map.speech(of: Self.instant(102)) == [Self.instant(12)...Self.instant(12)])
        #expect(
            map.speech(of: Self.instant(107)) == [
                Self.instant(17)...Self.instant(17), Self.instant(29)...Self.instant(29),
            ])
        // The pause before the beginning, and the instant in which it goes on.
        #expect(map.speech(of: Self.instant(100)) == [Self.instant(0)...Self.instant(10)])
        // At half the speed two nanoseconds of speech round to one of the session's.
        #expect(map.speech(of: Self.instant(115)) == [(Self.instant(45) + -1)...Self.instant(50)])
        #expect(map.speech(of: Self.instant(120)).isEmpty)
        #expect(
            map.speech(from: Self.instant(104), to: Self.instant(106)).map(\.lowerBound) == [
                Self.instant(14), Self.instant(25),
            ])
        #expect(map.replayed == [Self.instant(100)...Self.instant(115)])
    }

    @Test func theLastOfTwoAtTheSameMomentCounts() {
        let map = CommentaryMap(
            [
                Self.move(1, 5, 1, playing: true), Self.move(1, 7, 2, playing: false),
                Self.move(0, 0, 1, playing: false),
            ], end: Self.instant(3))
        #expect(map.moves.count == 2)
        #expect(map.session(at: Self.instant(2)) == Self.instant(7))
    }

    /// Any log: what the map says forward, it says backward too, and nothing else.
    @Test(arguments: 0..<200) func forwardAndBackwardAgree(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        func number(_ range: ClosedRange<Double>) -> Double {
            Double.random(in: range, using: &random)
        }
        var moves: [CommentaryMove] = []
        var time: Int64 = Int64.random(in: 0...1_000_000_000_000, using: &random)
        for _ in 0..<Int.random(in: 1...40, using: &random) {
            let rates = [0.1, 0.25, 0.5, 1, 1.5, 2, 16, number(0.1...16)]
            moves.append(
                CommentaryMove(
                    speech: Instant(nanoseconds: time),
                    session: Self.instant(number(0...3600)),
                    rate: rates.randomElement(using: &random) ?? 1,
                    isPlaying: Bool.random(using: &random)))
            // Sometimes two at once.
            time +=
                Int64.random(in: 0...5, using: &random) == 0
                ? 0 : Int64.random(in: 1...60_000_000_000, using: &random)
        }
        let end = Instant(nanoseconds: time + 1_000_000_000)
        let map = CommentaryMap(
            moves.shuffled(using: &random).sorted { $0.speech < $1.speech }, end: end)
        for _ in 0..<50 {
            let first = map.moves[0].speech
            let speech = first + Int64.random(in: 0...(end - first), using: &random)
            guard let session = map.session(at: speech) else {
                Issue.record("nothing at \(speech)")
                return
            }
            let found = map.speech(of: session)
            // Rounded to the position's nanosecond, which the slowest rate stretches over ten.
            #expect(
                found.contains {
                    $0.lowerBound + -6 <= speech && speech <= $0.upperBound + 6
                }, "seed \(seed): \(speech) shows \(session), which was on the screen at \(found)")
            for stretch in found {
                for moment in [stretch.lowerBound, stretch.upperBound] {
                    let place = map.session(at: moment)
                    // Sixteen nanoseconds pass in one at the fastest rate.
                    #expect(place.map { abs($0 - session) <= 16 } ?? false, "seed \(seed)")
                }
            }
            for (one, next) in zip(found, found.dropFirst()) {
                #expect(one.upperBound + 1 < next.lowerBound)
            }
        }
    }
}
