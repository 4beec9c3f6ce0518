import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import NIOEmbedded
import Web

extension RouterResponder<WebRequestContext> {
    /// Answers a request that came over no network: nobody knows its other end.
    /// - Throws: what the console throws for its server to answer, mostly an `HTTPError`.
    func answer(
        _ head: HTTPRequest, _ body: [UInt8] = [], log: Logger
    ) async throws -> (response: Response, body: CollectedBody) {
        let context = WebRequestContext(
            source: ApplicationRequestContextSource(channel: EmbeddedChannel(), logger: log))
        let response = try await respond(
            to: Request(head: head, body: RequestBody(buffer: ByteBuffer(bytes: body))),
            context: context)
        let collected = CollectedBody()
        try await response.body.write(collected)
        return (response, collected)
    }
}
