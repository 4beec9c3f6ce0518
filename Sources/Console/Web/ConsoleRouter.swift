import HTTPTypes
import Hummingbird
import Web

/// Where the parts of the console put their addresses. What is added here is open only to visitors
/// with one of the roles that it names, and what changes something only to our own page.
struct ConsoleRouter {
    typealias Answer = @Sendable (ConsoleCall) async throws -> Response

    let router: Router<WebRequestContext>
    let door: ConsoleDoor
    let list = ConsoleRouteList()

    /// What is only looked at.
    /// - Parameters:
    ///   - roles: any one of them is enough.
    ///   - isPolled: whether pages ask for it again and again by themselves, so that it does not keep a
    ///     visitor signed in.
    func get(
        _ path: RouterPath, _ roles: Set<Role>, isPolled: Bool = false, answer: @escaping Answer
    ) {
        add(.get, path, roles, .data)
        router.get(path) { [door] request, context in
            await door.serve(request, context, roles, changes: false, counts: !isPolled, answer)
        }
    }

    /// What changes something.
    func post(
        _ path: RouterPath, _ roles: Set<Role>, isPolled: Bool = false, answer: @escaping Answer
    ) {
        add(.post, path, roles, .data)
        router.post(path) { [door] request, context in
            await door.serve(request, context, roles, changes: true, counts: !isPolled, answer)
        }
    }

    /// A page: whoever is not signed in is sent to sign in, and then comes back.
    func page(
        _ path: RouterPath, _ roles: Set<Role>,
        answer: @escaping @Sendable (Request) -> Response
    ) {
        add(.get, path, roles, .page)
        router.get(path) { [door] request, _ in door.show(request, roles, answer) }
    }

    /// What everybody may ask for.
    func open(
        _ method: HTTPRequest.Method, _ path: RouterPath,
        answer: @escaping @Sendable (Request, WebRequestContext) async -> Response
    ) {
        add(method, path, [], .open)
        router.on(path, method: method) { request, context in await answer(request, context) }
    }

    private func add(
        _ method: HTTPRequest.Method, _ path: RouterPath, _ roles: Set<Role>,
        _ kind: ConsoleRoute.Kind
    ) {
        list.add(ConsoleRoute(method: method, path: path.description, roles: roles, kind: kind))
    }
}
