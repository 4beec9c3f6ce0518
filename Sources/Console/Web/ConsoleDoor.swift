import Foundation
import HTTPTypes
import Hummingbird
import Link
import NIOCore
import Web

/// Decides which requests are let in, and turns what goes wrong into answers.
struct ConsoleDoor: Sendable {
    let surroundings: ConsoleSurroundings

    /// How often it is looked whether who follows a stream is still signed in, in seconds.
    private static let watched = 5

    /// The visitor of a request, and their cookie; nil for somebody who is not signed in.
    private func entrant(
        _ request: Request, counts: Bool
    ) -> (visitor: Visitor, cookie: String)? {
        let gate = surroundings.gate
        return request.cookies(named: gate.cookieName).lazy.compactMap { cookie in
            gate.visitor(cookie: cookie, counts: counts).map { ($0, cookie) }
        }.first
    }

    /// Serves a request that is let in.
    /// - Parameters:
    ///   - changes: whether it has to prove that it comes from our own page.
    ///   - counts: whether it keeps the visitor signed in.
    func serve(
        _ request: Request, _ context: WebRequestContext, _ roles: Set<Role>, changes: Bool,
        counts: Bool = true, _ answer: ConsoleRouter.Answer
    ) async -> Response {
        var isStaff = false
        do {
            guard request.isOwn(surroundings.settings.place) else {
                throw ConsoleRefusal(.forbidden, "The request comes from another site.")
            }
            guard let (visitor, cookie) = entrant(request, counts: counts) else {
                throw ConsoleRefusal(.unauthorized, "You are not signed in: sign in and try again.")
            }
            isStaff = !visitor.roles.isDisjoint(with: [.operator, .researcher])
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
                if let coding = request.headers[.contentEncoding], coding.lowercased() != "identity"
                {
                    throw ConsoleRefusal(
                        .unsupportedMediaType, "Send the body as it is, without compressing it.")
                }
            }
            var response = try await answer(
                ConsoleCall(request: request, context: context, visitor: visitor))
            if response.headers[.contentType]?.hasPrefix("text/event-stream") ?? false {
                response.body = ending(response.body, with: cookie, context.channel)
            }
            return response
        } catch {
            if !(error is ConsoleRefusal || error is BodyRefusal || error is ClientError) {
                surroundings.log.error("\(request.uri.path): \(error)")
            }
            return Self.refused(Self.explained(error, toStaff: isStaff))
        }
    }

    /// Shows a page to whom it is for, and has everybody else sign in first.
    func show(
        _ request: Request, _ roles: Set<Role>, _ answer: (Request) -> Response
    ) -> Response {
        guard let (visitor, _) = entrant(request, counts: true) else {
            let from = ReturnPath.of(request.uri.string)
            let query =
                from == "/"
                ? ""
                : "?from="
                    + (from.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? "")
            return Response(status: .seeOther, headers: [.location: "/sign-in\(query)"])
        }
        guard !visitor.roles.isDisjoint(with: roles) else {
            return ConsoleAnswer.bytes(
                Array(SignInPage.refused(visitor).utf8), type: "text/html; charset=utf-8",
                .forbidden)
        }
        return answer(request)
    }

    /// A stream that ends once its visitor is not signed in any more: its connection is closed.
    private func ending(
        _ body: ResponseBody, with cookie: String, _ channel: any Channel
    ) -> ResponseBody {
        let gate = surroundings.gate
        return ResponseBody { writer in
            let watch = Task {
                while (try? await Task.sleep(for: .seconds(Self.watched))) != nil {
                    guard gate.visitor(cookie: cookie, counts: false) == nil else { continue }
                    channel.close(promise: nil)
                    return
                }
            }
            defer { watch.cancel() }
            try await body.write(writer)
        }
    }

    // MARK: - What goes wrong

    /// What went wrong, for the page.
    /// - Parameter toStaff: whether it goes to who runs the station: others are not told of its files and
    ///   names.
    static func explained(_ error: any Error, toStaff: Bool) -> ConsoleRefusal {
        switch error {
        case let refusal as ConsoleRefusal: return refusal
        case let refusal as BodyRefusal:
            let isLarge = if case .tooLarge = refusal { true } else { false }
            return ConsoleRefusal(
                isLarge ? .contentTooLarge : .requestTimeout, "The request was refused: \(refusal)."
            )
        case ClientError.refused(let refusal):
            return ConsoleRefusal(daemon: refusal, toStaff: toStaff)
        case ClientError.link(let error):
            return ConsoleRefusal(
                .serviceUnavailable,
                "The recording daemon cannot be reached" + (toStaff ? ": \(error)" : "."))
        default:
            return ConsoleRefusal(
                .internalServerError,
                toStaff
                    ? "This did not work: \(error)"
                    : "This did not work. What happened stands in the console's log.")
        }
    }

    static func refused(_ refusal: ConsoleRefusal) -> Response {
        ConsoleAnswer.json(["error": .string(refusal.message)], refusal.status)
    }
}
