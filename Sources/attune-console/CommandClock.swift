import SystemCalls

/// The time of a command.
enum CommandClock {
    /// Milliseconds since 1970-01-01 UTC.
    static func now() -> Int64 { Clocks.realtime() / 1_000_000 }
}
