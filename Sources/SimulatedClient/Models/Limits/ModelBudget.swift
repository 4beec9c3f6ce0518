import StudyProtocol
import Synchronization

/// What a session may use of a model, counted over all its requests. May be used from any thread.
///
/// A request is refused before it is sent when it could pass a limit: with as many tokens as its
/// text can have at most (one for each byte) and the longest answer that it asks for.
public final class ModelBudget: Sendable {
    /// What was used so far; saved with the chat, so that a restart does not begin at nothing.
    public struct State: Codable, Hashable, Sendable {
        public var requests = 0
        public var inputTokens = 0
        public var outputTokens = 0
        /// How many of these tokens no server counted: they were estimated.
        public var estimatedTokens = 0
        /// In the currency of the protocol's prices.
        public var spend = 0.0

        public init() {}
    }

    /// What a request that is under way could use.
    struct Reservation: Hashable, Sendable {
        var input: Int
        var output: Int
    }

    private struct Counts {
        var state: State
        var reservedTokens = 0
        var reservedSpend = 0.0
    }

    private let tokenLimit: Int?
    private let spendLimit: Double?
    private let prices: ModelPlan.Prices?
    private let counts: Mutex<Counts>

    /// - Parameter saved: what was used before.
    public init(
        tokenLimit: Int? = nil, spendLimit: Double? = nil, prices: ModelPlan.Prices? = nil,
        saved: State = State()
    ) {
        self.tokenLimit = tokenLimit
        self.spendLimit = spendLimit
        self.prices = prices
        // A file from elsewhere must not make sums overflow.
        func bounded(_ count: Int) -> Int { min(max(count, 0), 1 << 50) }
        var saved = saved
        saved.requests = bounded(saved.requests)
        saved.inputTokens = bounded(saved.inputTokens)
        saved.outputTokens = bounded(saved.outputTokens)
        saved.estimatedTokens = bounded(saved.estimatedTokens)
        saved.spend = saved.spend.isFinite ? max(0, saved.spend) : 0
        counts = Mutex(Counts(state: saved))
    }

    /// The limits of a protocol.
    public convenience init(plan: ModelPlan, saved: State = State()) {
        self.init(
            tokenLimit: plan.tokenLimit, spendLimit: plan.spendLimit, prices: plan.prices,
            saved: saved)
    }

    /// What was used so far, without what is under way.
    public var state: State { counts.withLock { $0.state } }

    /// The cost of tokens by the protocol's prices; nil where it has none.
    public func cost(input: Int, output: Int) -> Double? {
        prices.map {
            (Double(input) * $0.inputPerMillion + Double(output) * $0.outputPerMillion) / 1_000_000
        }
    }

    /// Sets aside what a request could use.
    ///
    /// - Throws: `limit`, in words for the operator.
    func reserve(_ wanted: Reservation) throws(ModelFailure) {
        if spendLimit != nil, prices == nil {
            throw ModelFailure(
                .limit,
                "The protocol limits what a session may cost, but has no prices. Add prices, or remove "
                    + "spendLimit.")
        }
        let cost = cost(input: wanted.input, output: wanted.output) ?? 0
        let failure: ModelFailure? = counts.withLock { counts in
            let used = counts.state.inputTokens + counts.state.outputTokens
            if let tokenLimit {
                let (sum, overflows) = (used + counts.reservedTokens).addingReportingOverflow(
                    wanted.input + wanted.output)
                if overflows || sum > tokenLimit {
                    return ModelFailure(
                        .limit,
                        "The session has used \(used) of its \(tokenLimit) tokens, and this request could "
                            + "use \(wanted.input + wanted.output) more. Raise tokenLimit in the protocol."
                    )
                }
            }
            if let spendLimit, counts.state.spend + counts.reservedSpend + cost > spendLimit {
                return ModelFailure(
                    .limit,
                    "The session has cost \(Self.money(counts.state.spend)) of the \(Self.money(spendLimit)) "
                        + "that it may, and this request could cost \(Self.money(cost)) more. Raise "
                        + "spendLimit in the protocol.")
            }
            counts.reservedTokens += wanted.input + wanted.output
            counts.reservedSpend += cost
            return nil
        }
        if let failure { throw failure }
    }

    /// Ends a reservation with what was used.
    ///
    /// - Returns: the cost; nil without prices.
    @discardableResult func settle(
        _ reserved: Reservation, input: Int, output: Int, isEstimated: Bool
    ) -> Double? {
        let reservedCost = cost(input: reserved.input, output: reserved.output) ?? 0
        let cost = cost(input: input, output: output)
        counts.withLock { counts in
            counts.reservedTokens -= reserved.input + reserved.output
            counts.reservedSpend = max(0, counts.reservedSpend - reservedCost)
            counts.state.requests += 1
            counts.state.inputTokens += input
            counts.state.outputTokens += output
            if isEstimated { counts.state.estimatedTokens += input + output }
            counts.state.spend += cost ?? 0
        }
        return cost
    }

    private static func money(_ value: Double) -> String {
        let cents = (min(value, 1e12) * 10_000).rounded() / 10_000
        return "\(cents)"
    }
}
