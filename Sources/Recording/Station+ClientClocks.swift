import Link
import Timebase

/// Linked clients with a clock of their own: their round trips, and the streams of their clocks.
extension Station {
    func takeClock(_ call: VarlinkCall) throws {
        let asked = try call.parameters(of: LinkInterface.ReportClock.self)
        let session = try linked(asked.session)
        let client = try client(asked.client, session, call)
        for observation in asked.observations {
            try prepareClock(client, session, observation)
            try record(
                .clock(
                    client: client.name, deviceTime: observation.clientSentNs,
                    sent: Instant(nanoseconds: observation.receivedNs),
                    arrival: Instant(nanoseconds: observation.sentNs),
                    clientReceived: observation.clientReceivedNs), for: session)
        }
        call.reply(LinkInterface.ReportClock.Reply(accepted: asked.observations.count))
    }

    /// A client's clock must be known before anything is put on the station's by it.
    func refuseUnmapped(
        _ client: ActiveSession.Client, _ session: ActiveSession, _ sequence: Int64
    ) throws(LinkRefusal) {
        guard client.hasOwnClock, session.sources.clocks?[client.name] == nil else { return }
        throw .itemRefused(
            sequence: sequence,
            reason: "its clock is not known yet: report round trips first (ReportClock)")
    }

    /// Sees to it that a client's clock has a stream: at the first round trip, and where the clock went
    /// back, since the times in a stream's segments rise.
    private func prepareClock(
        _ client: ActiveSession.Client, _ session: ActiveSession,
        _ observation: Link.ClockObservation
    ) throws {
        let trip = RoundTrip(
            clientSent: observation.clientSentNs,
            received: Instant(nanoseconds: observation.receivedNs),
            sent: Instant(nanoseconds: observation.sentNs),
            clientReceived: observation.clientReceivedNs)
        guard client.hasOwnClock else { return }
        guard trip.isPossible else {
            throw LinkRefusal.itemRefused(
                sequence: 0,
                reason: "a round trip cannot be: an answer before its question, or longer than a "
                    + "minute")
        }
        let known = session.sources.clocks?[client.name]
        let isAnew = client.lastTrip.map { trip.clientSent < $0.clientReceived &- 1_000_000_000 }
        client.lastTrip = trip
        guard known == nil || isAnew == true else { return }
        let stream = session.sources.nextStream
        let name = known == nil ? "\(client.name).clock" : "\(client.name).clock-\(stream)"
        try record(.clientClock(client: client.name, stream: stream, name: name), for: session)
        session.sources.nextStream += 1
        session.sources.clocks = (session.sources.clocks ?? [:]).merging([client.name: stream]) {
            $1
        }
    }
}
