import Hummingbird
import NIOCore
import ServiceLifecycle

/// A room's changes as server-sent events (HTML Living Standard, section 9.2).
enum EventStream {
    /// The whole state first, then each change. A page that reads too slowly to get each gets the whole
    /// state again.
    /// - Parameter close: closes the connection of a page that does not read at all.
    static func body(
        of room: Room, close: @escaping @Sendable () -> Void
    ) -> ResponseBody {
        ResponseBody { writer in
            let follower = await room.follow(close: close)
            do {
                var last = follower.revision
                try await writer.write(state(follower.snapshot, revision: last))
                for await item in follower.subscriber.stream.cancelOnGracefulShutdown() {
                    switch item {
                    case .beat: try await writer.write(ByteBuffer(string: ": \n\n"))
                    case .patch(let revision, _) where revision <= last: continue
                    case .patch(let revision, let text) where revision == last + 1:
                        last = revision
                        try await writer.write(
                            ByteBuffer(string: "id: \(revision)\ndata: \(text)\n\n"))
                    case .patch:
                        let current = await room.current()
                        last = current.revision
                        try await writer.write(state(current.snapshot, revision: last))
                    }
                    follower.subscriber.noteProgress()
                }
                await room.unfollow(follower.number)
                try await writer.finish(nil)
            } catch {
                await room.unfollow(follower.number)
                throw error
            }
        }
    }

    private static func state(_ snapshot: String, revision: Int) -> ByteBuffer {
        ByteBuffer(string: "retry: 1000\nid: \(revision)\nevent: state\ndata: \(snapshot)\n\n")
    }
}
