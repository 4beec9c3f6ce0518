import Link
import SystemCalls
import Timebase

/// A linked client on the station's clock. One thread.
final class ExampleClient {
    private let link: VarlinkClient
    private let session: String
    private let name: String
    private var sequence: Int64 = 0
    private var waiting: [LinkEvent] = []

    init(
        _ name: String, title: String, station: ExampleStation, session: String,
        streams: [LinkStream] = []
    ) throws {
        link = try VarlinkClient(path: station.socket, timeoutMilliseconds: 30_000)
        self.session = session
        self.name = name
        _ = try link.call(
            LinkInterface.Register.self,
            .init(
                session: session, client: name, title: title, clock: .station,
                bootId: Clocks.bootIdentifier(), streams: streams))
    }

    /// Notes that something happened; it is brought with the next `deliver`, since each call waits for
    /// the disk.
    func say(_ kind: String, _ payload: JSONValue, at time: Instant = Clocks.now()) {
        sequence += 1
        waiting.append(
            LinkEvent(sequence: sequence, timeNs: time.nanoseconds, kind: kind, payload: payload))
    }

    /// Brings what was said; it is durable then.
    func deliver() throws {
        guard !waiting.isEmpty else { return }
        _ = try link.call(
            LinkInterface.SendEvents.self, .init(session: session, client: name, events: waiting))
        waiting = []
    }

    /// Sends sound: 16-bit samples.
    func send(_ samples: [Int16], first: Int64, at time: Instant, stream: String) throws {
        sequence += 1
        let bytes = samples.flatMap {
            [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)]
        }
        _ = try link.call(
            LinkInterface.SendSamples.self,
            .init(
                session: session, client: name, stream: stream, sequence: sequence,
                firstTimeNs: time.nanoseconds, firstIndex: first, count: samples.count,
                data: Base64.encode(bytes)))
    }
}
