import Hummingbird
import NIOCore
import ServiceLifecycle

/// A think-aloud's state as server-sent events (HTML Living Standard, section 9.2).
enum ThinkAloudStream {
    /// - Parameter close: closes the connection of a view that does not read at all.
    static func body(
        of room: ThinkAloudRoom, close: @escaping @Sendable () -> Void
    ) -> ResponseBody {
        ResponseBody { writer in
            let (number, subscriber) = await room.follow(close: close)
            do {
                try await writer.write(ByteBuffer(string: "retry: 500\n\n"))
                for await state in subscriber.stream.cancelOnGracefulShutdown() {
                    try await writer.write(ByteBuffer(string: "event: state\ndata: \(state)\n\n"))
                    subscriber.noteProgress()
                }
                await room.unfollow(number)
                try await writer.finish(nil)
            } catch {
                await room.unfollow(number)
                throw error
            }
        }
    }
}
