import Hummingbird
import Web

/// Where the parts of the console put their addresses. What is added here is open only to visitors
/// with one of the roles that it names, and what changes something only to our own page.
struct ConsoleRouter {
    typealias Answer = @Sendable (ConsoleCall) async throws -> Response

    let router: Router<WebRequestContext>
    let door: ConsoleDoor

    /// What is only looked at.
    /// - Parameter roles: any one of them is enough.
    func get(_ path: RouterPath, _ roles: Set<Role>, answer: @escaping Answer) {
        router.get(path) { [door] request, context in
            await door.serve(request, context, roles, changes: false, answer)
        }
    }

    /// What changes something.
    func post(_ path: RouterPath, _ roles: Set<Role>, answer: @escaping Answer) {
        router.post(path) { [door] request, context in
            await door.serve(request, context, roles, changes: true, answer)
        }
    }
}
