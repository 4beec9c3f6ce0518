import SimulatedClient
import StudyProtocol
import Synchronization

/// The models of all rooms: one transport for the process, one budget for each session.
final class ModelShelf: Sendable {
    private struct Kept {
        var transport: ModelTransport?
        var budgets: [String: ModelBudget] = [:]
    }

    private let kept = Mutex(Kept())

    init() {}

    /// A session's model.
    /// - Parameter saved: what the session has used up already, as an earlier process knew it.
    func model(
        for plan: ModelPlan, session: String, saved: ModelBudget.State?
    ) throws(ModelFailure) -> any LanguageModel {
        let credential = try ModelCredential.read(named: plan.credential)
        let result = kept.withLock { kept -> Result<(ModelTransport, ModelBudget), ModelFailure> in
            do throws(ModelFailure) {
                let transport: ModelTransport
                if let known = kept.transport {
                    transport = known
                } else {
                    transport = try ModelTransport()
                }
                kept.transport = transport
                let budget =
                    kept.budgets[session]
                    ?? ModelBudget(plan: plan, saved: saved ?? ModelBudget.State())
                kept.budgets[session] = budget
                return .success((transport, budget))
            } catch {
                return .failure(error)
            }
        }
        let (transport, budget) = try result.get()
        return try OpenAIModel(
            plan: plan, credential: credential, transport: transport, budget: budget)
    }

    /// What a session has used up; nil where it asked no model.
    func used(by session: String) -> ModelBudget.State? {
        kept.withLock { $0.budgets[session]?.state }
    }

    func forget(session: String) { kept.withLock { $0.budgets[session] = nil } }

    /// Ends what is under way.
    func close() { kept.withLock { $0.transport }?.close() }
}
