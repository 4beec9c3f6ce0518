import HTTPTypes
import Hummingbird
import Link
import Web

/// Decides which requests are let in, and turns what goes wrong into answers.
struct ConsoleDoor: Sendable {
    let surroundings: ConsoleSurroundings

    /// The visitor of a request; nil for somebody who is not signed in.
    func visitor(_ request: Request) -> Visitor? {
        request.cookies(named: Gate.cookieName).lazy
            .compactMap { surroundings.gate.visitor(cookie: $0) }.first
    }

    /// Serves a request that is let in.
    func serve(
        _ request: Request, _ context: WebRequestContext, _ roles: Set<Role>, changes: Bool,
        _ answer: ConsoleRouter.Answer
    ) async -> Response {
        do {
            guard request.isOwn(surroundings.settings.place) else {
                throw ConsoleRefusal(.forbidden, "The request comes from another site.")
            }
            guard let visitor = visitor(request) else {
                throw ConsoleRefusal(.unauthorized, "You are not signed in: sign in and try again.")
            }
            guard !visitor.roles.isDisjoint(with: roles) else {
                throw ConsoleRefusal(
                    .forbidden, "Your account may not do this. Ask for another role if you need it."
                )
            }
            if changes {
                let given = HTTPField.Name("x-attune-csrf").flatMap { request.headers[$0] }
                guard given == visitor.csrf else {
                    throw ConsoleRefusal(
                        .forbidden, "This page is out of date: load it again, and try once more.")
                }
            }
            return try await answer(
                ConsoleCall(request: request, context: context, visitor: visitor))
        } catch let refusal as ConsoleRefusal {
            return Self.refused(refusal)
        } catch let refusal as BodyRefusal {
            let isLarge = if case .tooLarge = refusal { true } else { false }
            return Self.refused(
                ConsoleRefusal(
                    isLarge ? .contentTooLarge : .requestTimeout,
                    "The request was refused: \(refusal)."))
        } catch let error as ClientError {
            return Self.refused(Self.explained(error))
        } catch {
            surroundings.log.error("\(request.uri.path): \(error)")
            return Self.refused(
                ConsoleRefusal(.internalServerError, "This did not work: \(error)"))
        }
    }

    /// What the daemon said, for the page.
    static func explained(_ error: ClientError) -> ConsoleRefusal {
        switch error {
        case .refused(let refusal): ConsoleRefusal(.conflict, "\(refusal)")
        case .link(let error):
            ConsoleRefusal(.serviceUnavailable, "The recording daemon cannot be reached: \(error)")
        }
    }

    static func refused(_ refusal: ConsoleRefusal) -> Response {
        ConsoleAnswer.json(["error": .string(refusal.message)], refusal.status)
    }
}
