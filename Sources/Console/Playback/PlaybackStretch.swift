/// The stretch of a session that a request is about, in seconds since its start.
struct PlaybackStretch: Sendable {
    var from: Double
    var to: Double

    /// Seconds beyond which no session reaches: ten years.
    private static let largest = 3.2e8

    /// - Throws: `ConsoleRefusal` where it is none.
    init(_ call: ConsoleCall) throws(ConsoleRefusal) {
        from = try call.number("from_s") ?? -Self.largest
        to = try call.number("to_s") ?? Self.largest
        // Less than a nanosecond is no time in a file.
        guard to - from >= 1e-9, abs(from) <= Self.largest, abs(to) <= Self.largest else {
            throw ConsoleRefusal(
                .badRequest, "'from_s' has to lie before 'to_s', both within a session.")
        }
    }
}
