import HTTPTypes
import Hummingbird
import Synchronization
import SystemCalls
import Timebase
import Web

/// Counts what the console was asked for. Any thread may use it.
final class RequestCounts: Sendable {
    struct Kind: Hashable, Sendable, Comparable {
        var method: String
        /// The status that was answered.
        var code: Int

        static func < (one: Kind, other: Kind) -> Bool {
            (one.method, one.code) < (other.method, other.code)
        }
    }

    struct Counts: Sendable {
        var answered: [Kind: Int64] = [:]
        /// Seconds until an answer began.
        var durations = MetricHistogram(
            bounds: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10])
        /// Streams of events that are open.
        var streams: Int64 = 0
    }

    private let counts = Mutex(Counts())

    var now: Counts { counts.withLock { $0 } }

    /// A request's answer begins.
    func answered(_ method: HTTPRequest.Method, _ code: Int, after nanoseconds: Int64) {
        // Anybody may think methods out.
        let isUsual = [.get, .head, .post, .put, .delete, .options, .patch].contains(method)
        let kind = Kind(method: isUsual ? method.rawValue : "other", code: code)
        counts.withLock {
            $0.answered[kind, default: 0] += 1
            $0.durations.note(Double(nanoseconds) / 1e9)
        }
    }

    /// A stream of events begins (1) or ends (-1).
    func streams(_ change: Int64) { counts.withLock { $0.streams += change } }
}

/// Counts each request that comes in, whoever answers it.
struct RequestCounter: RouterMiddleware {
    let counts: RequestCounts

    func handle(
        _ request: Request, context: WebRequestContext,
        next: (Request, WebRequestContext) async throws -> Response
    ) async throws -> Response {
        let began = Clocks.now()
        do {
            var response = try await next(request, context)
            counts.answered(request.method, response.status.code, after: Clocks.now() - began)
            if response.headers[.contentType]?.hasPrefix("text/event-stream") ?? false {
                response.body = counted(response.body)
            }
            return response
        } catch {
            let status = (error as? HTTPError)?.status ?? .internalServerError
            counts.answered(request.method, status.code, after: Clocks.now() - began)
            throw error
        }
    }

    private func counted(_ body: ResponseBody) -> ResponseBody {
        ResponseBody { [counts] writer in
            counts.streams(1)
            defer { counts.streams(-1) }
            try await body.write(writer)
        }
    }
}
