import Link
import SystemCalls

/// A linked client of a test: it numbers its events and waits until each is durable.
final class LinkedProbe {
    private let link: VarlinkClient
    private let session: String
    private let name: String
    private var sequence: Int64

    /// - Parameter boot: nil for a client with a clock of its own.
    init(_ station: StationProcess, session: String, name: String, clock: LinkClock = .station)
        throws
    {
        link = try VarlinkClient(path: station.socket)
        self.session = session
        self.name = name
        let reply = try link.call(
            LinkInterface.Register.self,
            LinkInterface.Register.Parameters(
                session: session, client: name, title: name, clock: clock,
                bootId: clock == .station ? Clocks.bootIdentifier() : nil, streams: []))
        sequence = reply.acknowledged
    }

    func send(_ kind: String, _ payload: JSONValue, at time: Int64? = nil) throws {
        _ = try link.call(
            LinkInterface.SendEvents.self,
            LinkInterface.SendEvents.Parameters(
                session: session, client: name,
                events: [
                    LinkEvent(
                        sequence: sequence + 1, timeNs: time ?? Clocks.now().nanoseconds,
                        kind: kind, payload: payload)
                ]))
        sequence += 1
    }

    /// Hands in round trips of a clock of its own.
    func reportClock(_ clock: () -> Int64) throws {
        var probe = ClockProbe()
        let asking = try VarlinkClient(path: link.path)
        _ = probe.isDue(clock())
        let observations = try probe.ask(asking) { clock() }
        _ = try link.call(
            LinkInterface.ReportClock.self,
            LinkInterface.ReportClock.Parameters(
                session: session, client: name, observations: observations))
    }
}
