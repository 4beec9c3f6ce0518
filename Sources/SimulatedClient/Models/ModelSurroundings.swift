import SystemCalls

/// Chance, waiting and the wall clock, so that tests can give their own.
public struct ModelSurroundings: Sendable {
    /// A number from 0 to 1.
    public var random: @Sendable () -> Double
    /// Waits so many seconds; throws when the task is cancelled.
    public var wait: @Sendable (Double) async throws -> Void
    /// Seconds since 1970-01-01 UTC.
    public var wallClock: @Sendable () -> Double

    public init(
        random: @escaping @Sendable () -> Double = { Double.random(in: 0...1) },
        wait: @escaping @Sendable (Double) async throws -> Void = {
            try await Task.sleep(for: .seconds($0))
        },
        wallClock: @escaping @Sendable () -> Double = { Double(Clocks.realtime()) / 1e9 }
    ) {
        self.random = random
        self.wait = wait
        self.wallClock = wallClock
    }
}
