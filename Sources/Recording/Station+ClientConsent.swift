import Link
import SessionStore
import StudyProtocol
import SystemCalls
import Timebase

/// Consent in what linked clients bring: answers that they hand on, and what is not kept.
extension Station {
    func checkAnswer(_ event: LinkEvent) throws(LinkRefusal) {
        guard let answer = ClientConsent.Answer(event.payload) else {
            throw .itemRefused(
                sequence: event.sequence,
                reason: "a consent needs tier as a string and granted as a boolean")
        }
        guard ConsentTier.Name(rawValue: answer.tier) != nil else {
            let known = ConsentTier.Name.allCases.map(\.rawValue).joined(separator: ", ")
            throw .itemRefused(
                sequence: event.sequence,
                reason: "there is no tier '\(answer.tier)'; there are: \(known)")
        }
    }

    /// Acts on an answer to a tier of consent before it is stored.
    func obey(
        _ event: LinkEvent, _ client: ActiveSession.Client, _ session: ActiveSession
    ) throws(LinkRefusal) {
        guard event.kind == "consent", let answer = ClientConsent.Answer(event.payload) else {
            return
        }
        do throws(SessionStoreError) {
            try note(
                [answer.tier: answer.isGranted], study: session.description.study,
                participant: session.description.participant, actor: "client \(client.name)",
                client: client.name)
        } catch {
            throw .storageFailed(reason: "\(error)")
        }
    }

    /// Puts an event into the ring, as far as consent goes.
    func put(
        _ event: LinkEvent, _ client: ActiveSession.Client, _ session: ActiveSession
    ) throws(LinkRefusal) {
        switch ClientConsent.decide(
            kind: event.kind, payload: event.payload, session.consent)
        {
        case .withhold:
            try withhold(event.kind, 1, sequence: event.sequence, client, session)
        case .store(let payload, let removed):
            let bytes = LinkEventRecord(
                sequence: event.sequence, time: Instant(nanoseconds: event.timeNs),
                bound: event.boundNs ?? 0, client: client.name, kind: event.kind,
                stream: event.stream ?? "", payload: payload.text
            ).encoded()
            try put(RecordKind.linkEvent, session.number, bytes)
            if let removed { try withhold(removed, 1, sequence: 0, client, session) }
        }
    }

    /// Takes samples' number, and nothing of them.
    func withhold(
        _ asked: LinkInterface.SendSamples.Parameters, _ client: ActiveSession.Client,
        _ session: ActiveSession
    ) throws(LinkRefusal) {
        try withhold(
            "samples of \(asked.stream)", Int64(asked.count), sequence: asked.sequence, client,
            session)
        advance(client, to: asked.sequence)
    }

    private func withhold(
        _ kind: String, _ count: Int64, sequence: Int64, _ client: ActiveSession.Client,
        _ session: ActiveSession
    ) throws(LinkRefusal) {
        let bytes = LinkEventRecord(
            sequence: sequence, time: Clocks.now(), bound: count, client: client.name, kind: kind,
            payload: ""
        ).encoded()
        try put(RecordKind.linkWithheld, session.number, bytes)
    }
}
