import HTTPTypes
import Hummingbird
import Link
import NIOCore
import ServiceLifecycle
import SystemCalls
import Timebase

/// The station's state and one session's signals as server-sent events (HTML Living Standard, 9.2).
struct DashboardStream: Sendable {
    let hub: DashboardHub
    let watch: StationWatch

    /// - Parameters:
    ///   - session: whose signals are wanted; nil for none.
    ///   - lastNs: the last event that the browser has from before its connection broke off.
    func response(
        session: String?, lastNs: Int64?, close: @escaping @Sendable () -> Void
    ) -> Response {
        Response(
            status: .ok,
            headers: [.contentType: "text/event-stream", .init("x-accel-buffering")!: "no"],
            body: ResponseBody { writer in
                let listener = hub.listen(to: session, close: close)
                do {
                    try await write(to: &writer, listener, lastNs: lastNs)
                    hub.leave(listener)
                    try await writer.finish(nil)
                } catch {
                    hub.leave(listener)
                    throw error
                }
            })
    }

    private func write(
        to writer: inout any ResponseBodyWriter, _ listener: DashboardListener, lastNs: Int64?
    ) async throws {
        try await writer.write(ByteBuffer(string: "retry: 1000\n\n"))
        var last = (place: Int64(0), sentNs: lastNs ?? 0)
        if let lastNs { try await tellMissed(to: &writer, frames: nil, sinceNs: lastNs) }
        try await tellAll(to: &writer, listener)
        for await frame in listener.follower.stream.cancelOnGracefulShutdown() {
            if frame.place != last.place + 1 {
                try await tellMissed(
                    to: &writer, frames: frame.place - last.place - 1, sinceNs: last.sentNs)
                try await tellAll(to: &writer, listener)
            }
            last = (frame.place, frame.sentNs)
            try await writer.write(frame.bytes)
            listener.follower.noteProgress()
        }
    }

    /// Everything as it is now: for a browser that comes, and for one that missed something.
    private func tellAll(
        to writer: inout any ResponseBodyWriter, _ listener: DashboardListener
    ) async throws {
        try await write(to: &writer, "state", watch.told())
        if let session = listener.session {
            try await write(to: &writer, "log", hub.log(of: session))
        }
    }

    private func tellMissed(
        to writer: inout any ResponseBodyWriter, frames: Int64?, sinceNs: Int64
    ) async throws {
        try await write(
            to: &writer, "missed",
            [
                "frames": frames.map(JSONValue.integer) ?? nil, "since_ns": .integer(sinceNs),
                "until_ns": .integer(Clocks.now().nanoseconds),
            ])
    }

    private func write(
        to writer: inout any ResponseBodyWriter, _ event: String, _ value: JSONValue
    ) async throws {
        try await writer.write(
            DashboardFrame.bytes(
                event: event, sentNs: Clocks.now().nanoseconds, json: value.serialised))
    }
}
