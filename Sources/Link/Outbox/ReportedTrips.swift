/// Round trips of a client's own clock: which the daemon has, and which it is still to be told. A pure
/// value.
struct ReportedTrips {
    private(set) var observations: [ClockObservation] = []
    /// Those the daemon has confirmed; they stay, so that they can be told again.
    private(set) var confirmed = 0
    /// Those on their way on this connection, behind the confirmed ones.
    private var sent = 0
    private var wasToldAgain = false

    /// As many as a session of a day asks for; beyond it, those in the middle say nothing that their
    /// neighbours do not.
    private static let most = 50_000

    init() {}

    /// What an earlier process knew.
    init(_ observations: [ClockObservation], confirmed: Int) {
        add(observations)
        self.confirmed = min(max(confirmed, 0), self.observations.count)
    }

    var isEmpty: Bool { observations.isEmpty }

    mutating func add(_ new: [ClockObservation]) {
        observations += new.prefix(max(0, Self.most - observations.count))
    }

    /// The next ones to be sent, which then count as under way.
    mutating func next(atMost count: Int) -> [ClockObservation] {
        let chosen = Array(observations.dropFirst(confirmed + sent).prefix(count))
        sent += chosen.count
        return chosen
    }

    mutating func confirm(_ count: Int) {
        confirmed += count
        sent -= count
    }

    /// The connection is gone, and what was under way with it.
    mutating func forgetSent() { sent = 0 }

    /// Begins from the first one again.
    /// - Returns: false where there is nothing to tell, or it was done before.
    mutating func tellAgain() -> Bool {
        guard !observations.isEmpty, !wasToldAgain else { return false }
        wasToldAgain = true
        confirmed = 0
        sent = 0
        return true
    }
}
