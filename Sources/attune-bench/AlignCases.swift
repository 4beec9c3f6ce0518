extension AlignCase {
    /// All cases, in the order of the table. Each case with losses is there twice: with a count in
    /// which they show, and without.
    static let all: [AlignCase] =
        bothWays(
            AlignCase(
                name: "steady", title: "250 Hz, no loss", rate: 250,
                goals: AlignGoals(bias: 0.3, deviation: 0.01)))
        + bothWays(
            AlignCase(
                name: "loss", title: "250 Hz, one loss of 1.5 s", rate: 250, losses: 1,
                lossSeconds: 1.5, goals: AlignGoals(rms: 0.5)))
        + bothWays(
            AlignCase(
                name: "losses", title: "250 Hz, 20 losses of 0.2 s", rate: 250, losses: 20,
                lossSeconds: 0.2, goals: AlignGoals(rms: 0.5)))
        + bothWays(
            AlignCase(
                name: "loss-130", title: "130 Hz, one loss of 3.5 s", rate: 130, losses: 1,
                lossSeconds: 3.5, goals: AlignGoals(rms: 0.5)))
        + bothWays(
            AlignCase(
                name: "loss-4", title: "4 Hz, 30 min, one loss of 30 s", rate: 4, seconds: 1800,
                calibrationSeconds: 1800, losses: 1, lossSeconds: 30, goals: AlignGoals(rms: 2)))
        + deviceTimes + [wander] + unknownRates

    private static let deviceTimes = [
        AlignCase(
            name: "batches", title: "130 Hz in batches of 73, device times", rate: 130,
            calibrationSeconds: 600, batch: 73, hasDeviceTimes: true, goals: AlignGoals(rms: 1),
            peerSplitSeconds: 1),
        AlignCase(
            name: "reset-2019", title: "130 Hz in batches of 73, clock falls back to 2019",
            rate: 130, calibrationSeconds: 600, batch: 73, hasDeviceTimes: true,
            reset: .backTo2019, goals: AlignGoals(rms: 1), peerSplitSeconds: 1),
        AlignCase(
            name: "reset-zero", title: "250 Hz, device times, restart after 8 s", rate: 250,
            hasDeviceTimes: true, reset: .toZero, goals: AlignGoals(rms: 1)),
        AlignCase(
            name: "faults", title: "250 Hz, 2% each duplicated, reordered, corrupt device times",
            rate: 250, hasDeviceTimes: true, faultShare: 0.02,
            goals: AlignGoals(noWorseThanArrival: true)),
    ]

    private static let wander = AlignCase(
        name: "wander", title: "250 Hz, 40 min, 20 ppm wander of period 20 min", rate: 250,
        seconds: 2400, calibrationSeconds: 300, wanderPPM: 20, goals: AlignGoals(rms: 0.3))

    private static let unknownRates = [
        AlignCase(
            name: "unknown", title: "arrival times only, regular at an unknown rate", rate: 170,
            sampling: .unknownRate, isCounted: false, goals: AlignGoals(noWorseThanArrival: true)),
        AlignCase(
            name: "rough", title: "arrival times only, each period 5% off", rate: 100,
            sampling: .rough(0.05), isCounted: false,
            goals: AlignGoals(noWorseThanArrival: true)),
        AlignCase(
            name: "random", title: "arrival times only, at random instants", rate: 100,
            sampling: .random, isCounted: false, goals: AlignGoals(noWorseThanArrival: true)),
    ]

    private static func bothWays(_ counted: AlignCase) -> [AlignCase] {
        var uncounted = counted
        uncounted.name += "-uncounted"
        uncounted.title += ", not counted"
        uncounted.isCounted = false
        return [counted, uncounted]
    }
}
