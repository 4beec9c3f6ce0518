import SystemCalls
import Timebase

/// Plays a typist's strokes in real time: what is due, and when the next one is.
struct TypistHand {
    private var typist: Typist
    private var strokes: ArraySlice<TypistStroke> = []
    private var nextPress: Instant?
    private var releases: [(time: Instant, key: Key)] = []

    init(typist: Typist) { self.typist = typist }

    /// When something is due; nil while the hand rests.
    var due: Instant? {
        let times = releases.map(\.time) + (nextPress.map { [$0] } ?? [])
        return times.min()
    }

    /// Begins the next line.
    mutating func beginLine(at now: Instant) {
        guard nextPress == nil, let line = typist.line(), let first = line.first else { return }
        strokes = line[...]
        nextPress = now + first.pauseMilliseconds * 1_000_000
    }

    /// What is to be done by now, in order: a key and whether it goes down.
    mutating func take(now: Instant) -> [(key: Key, isDown: Bool)] {
        var actions: [(key: Key, isDown: Bool)] = []
        while let time = due, time <= now {
            if let place = releases.firstIndex(where: { $0.time == time }) {
                actions.append((releases.remove(at: place).key, false))
                continue
            }
            guard let stroke = strokes.popFirst() else { break }
            actions.append((stroke.key, true))
            releases.append((time + stroke.dwellMilliseconds * 1_000_000, stroke.key))
            nextPress = strokes.first.map { time + $0.pauseMilliseconds * 1_000_000 }
        }
        return actions
    }
}
