import HTTPTypes
import Hummingbird
import Web

/// Says in words that an address is none, or that it is asked for in a way that it does not have: pages
/// read `error`, and people read a page.
struct MissingAddress: RouterMiddleware {
    let list: ConsoleRouteList

    func handle(
        _ request: Request, context: WebRequestContext,
        next: (Request, WebRequestContext) async throws -> Response
    ) async throws -> Response {
        do {
            let response = try await next(request, context)
            // A file of the pages that is not there.
            guard response.status == .notFound, response.body.contentLength == 0 else {
                return response
            }
            return answer(request)
        } catch let error as HTTPError where error.status == .notFound {
            return answer(request)
        }
    }

    private func answer(_ request: Request) -> Response {
        let methods = list.methods(at: request.uri.path)
        if !methods.isEmpty, !methods.contains(request.method) {
            let names = methods.map(\.rawValue).joined(separator: ", ")
            var response = ConsoleDoor.refused(
                ConsoleRefusal(.methodNotAllowed, "This address takes \(names) alone."))
            response.headers[.allow] = names
            return response
        }
        let isForPeople =
            [.get, .head].contains(request.method)
            && !["/api/", "/page/", "/participant/"].contains(where: request.uri.path.hasPrefix)
        return isForPeople
            ? ConsoleAnswer.bytes(
                Array(SignInPage.missing.utf8), type: "text/html; charset=utf-8", .notFound)
            : ConsoleDoor.refused(
                ConsoleRefusal(.notFound, "There is no such address in this console."))
    }
}

extension ConsoleRouteList {
    /// How a path can be asked for; empty where there is no such address.
    func methods(at path: String) -> [HTTPRequest.Method] {
        let asked = path.split(separator: "/")
        let found = routes.filter { $0.matches(asked) }.map(\.method)
        return found.contains(.get) ? [.get, .head] + found.filter { $0 != .get } : found
    }
}

extension ConsoleRoute {
    fileprivate func matches(_ asked: [Substring]) -> Bool {
        let own = path.split(separator: "/")
        if own.last == "**" {
            return asked.count >= own.count && zip(own.dropLast(), asked).allSatisfy { $0 == $1 }
        }
        return own.count == asked.count
            && zip(own, asked).allSatisfy { $0.hasPrefix("{") || $0 == $1 }
    }
}
