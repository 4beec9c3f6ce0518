import SystemCalls
import Timebase

/// Judges from their beats which threads hang. A pure value but for what it asks of the beats; whoever holds
/// it brings the time.
struct ThreadWatch {
    /// What a look found.
    struct Verdict: Equatable {
        /// Threads that have begun to hang since the last look.
        var stalled: [String] = []
        /// Threads that hung, and go on.
        var recovered: [String] = []
        /// Whether none hangs.
        var isAlive = true
    }

    private let hearts: [Heartbeat]
    private let limits: Watchdog.Limits
    private var hanging: Set<String> = []
    private var lastLook: Instant
    /// Before this nobody could have beaten: the whole process was stopped, or the machine stood still.
    private var counted: Instant

    init(hearts: [Heartbeat], limits: Watchdog.Limits, at now: Instant) {
        self.hearts = hearts
        self.limits = limits
        lastLook = now
        counted = now
    }

    mutating func look(at now: Instant) -> Verdict {
        // The one who looks was away for long: so were all others, and they may have time to show.
        if now - lastLook > limits.stalled / 2 { counted = now }
        lastLook = now
        var verdict = Verdict()
        for heart in hearts {
            let silence = now - max(heart.lastBeat, counted)
            var isHanging = silence > limits.stalled
            if isHanging, silence <= limits.atDisk, heart.isWaitingForDisk { isHanging = false }
            if isHanging {
                verdict.isAlive = false
                if hanging.insert(heart.name).inserted { verdict.stalled.append(heart.name) }
            } else if hanging.remove(heart.name) != nil {
                verdict.recovered.append(heart.name)
            }
        }
        return verdict
    }
}
