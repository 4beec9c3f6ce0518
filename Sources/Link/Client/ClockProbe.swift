import Glibc

/// Round trips of a client with a clock of its own: when to ask the station for its clock, and how.
///
/// The least delayed of several trips in a row decides; after half a minute the drift is known well
/// enough that they may be rare.
public struct ClockProbe: Hashable, Sendable {
    /// Questions in a row, and the pause between them in milliseconds.
    public static let questions = 8
    public static let pauseMilliseconds = 64

    private var began: Int64?
    private var due: Int64 = 0

    public init() {}

    /// Whether it is time to ask.
    /// - Parameter now: of the client's clock, in nanoseconds.
    public func isDue(_ now: Int64) -> Bool {
        began == nil || now >= due || now < due - 60_000_000_000
    }

    /// Asks, and says when to ask next: every 2 s in the first half minute, every 30 s from then on. Takes
    /// about half a second.
    /// - Parameters:
    ///   - client: best a connection that does nothing else, since an answer that waits behind another
    ///     one is late.
    ///   - clock: reads the client's clock, in nanoseconds.
    /// - Returns: what `ReportClock` takes.
    public mutating func ask(
        _ client: VarlinkClient, clock: () -> Int64
    ) throws(ClientError) -> [ClockObservation] {
        var observations: [ClockObservation] = []
        for question in 0..<Self.questions {
            if question > 0 { usleep(UInt32(Self.pauseMilliseconds) * 1_000) }
            let sent = clock()
            let reply = try client.call(
                LinkInterface.Exchange.self, LinkInterface.Exchange.Parameters(clientNs: sent))
            observations.append(
                ClockObservation(
                    clientSentNs: sent, receivedNs: reply.receivedNs, sentNs: reply.sentNs,
                    clientReceivedNs: clock()))
        }
        let now = clock()
        // A clock that went back began anew, and so do the questions.
        if began.map({ now < $0 }) ?? true { began = now }
        let isYoung = now - (began ?? now) < 30_000_000_000
        due = now + (isYoung ? 2_000_000_000 : 30_000_000_000)
        return observations
    }
}
