import ServiceLifecycle

/// A server at an inherited socket, and its sign of life, as one service.
struct ServedPages: Service {
    let server: any Service
    let life: SignOfLife

    func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.run() }
            group.addTask { try await life.run() }
            try await group.waitForAll()
        }
    }
}
