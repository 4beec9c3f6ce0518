import StudyProtocol

/// Which endpoints a session may ask.
public enum ModelPolicy {
    /// Refuses an endpoint that the consent does not name.
    ///
    /// Where the participant agreed to a tier that names an endpoint, only that one is asked, on
    /// whatever machine. Where no tier names one, a model on this computer may be asked, since
    /// nothing leaves it.
    ///
    /// - Parameters:
    ///   - plan: the model of the protocol.
    ///   - consent: the tiers that the participant agreed to.
    ///   - declined: the tiers that the participant declined or has not answered.
    /// - Throws: `configuration` for no URL, `insecure` for plain HTTP to another machine,
    ///   `notConsented` with what has to be done.
    public static func check(
        plan: ModelPlan, consent: [ConsentTier], declined: [ConsentTier] = [],
        allowsPlainHTTP: Bool = false
    ) throws(ModelFailure) {
        let endpoint = try ModelEndpoint(plan, allowsPlainHTTP: allowsPlainHTTP)
        let agreed = consent.filter { $0.covers.contains(.modelRequests) }
        let named = agreed.compactMap(\.endpoint)
        if named.contains(where: { $0.covers(plan.url) }) { return }
        if agreed.isEmpty, declined.contains(where: { $0.covers.contains(.modelRequests) }) {
            throw ModelFailure(
                .notConsented,
                "The participant has not agreed that messages go to a model, so that nothing is sent "
                    + "to \(endpoint.base).")
        }
        if named.isEmpty, endpoint.isLoopback { return }
        let agreedTo = named.isEmpty ? "no endpoint" : named.map(\.url).joined(separator: ", ")
        throw ModelFailure(
            .notConsented,
            "The consent names \(agreedTo), not \(endpoint.base). Name the endpoint with its operator, "
                + "country and retention in the protocol's consent, in the tier model-endpoint.")
    }
}
