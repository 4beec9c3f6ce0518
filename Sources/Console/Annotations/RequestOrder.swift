/// Does what is asked of one session one after another: what a request may do depends on what the one
/// before has done.
actor RequestOrder {
    private var last: [String: Task<Void, Never>] = [:]

    /// Runs a body when everything that was asked of the session before is done.
    func run<Result: Sendable>(
        _ session: String, _ body: @escaping @Sendable () async throws -> Result
    ) async throws -> Result {
        let before = last[session]
        let task = Task {
            await before?.value
            return try await body()
        }
        let end = Task { _ = try? await task.value }
        last[session] = end
        defer { if last[session] == end { last[session] = nil } }
        return try await task.value
    }
}
