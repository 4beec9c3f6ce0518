import Link
import SystemCalls
import Timebase

/// What one session that records sends to the network: an outlet for each of its streams, and one for what
/// happens in it. Used by one thread.
///
/// Times are those that the station knew when it sent them on; the file's final alignment comes later.
final class SessionOutlets {
    let session: SessionInfo
    private let library: LSLLibrary
    private let settings: NetworkSettings.Publication
    private let log: (String) -> Void
    /// Beside another session's outlets of the same names: the participant's code behind each.
    private let suffix: String
    private var client: VarlinkClient?
    private let caller: DaemonCaller
    private let socket: String
    private var markers: LSLOutlet?
    /// nil for streams that are not offered.
    private var outlets: [String: LSLOutlet?] = [:]
    private var nextAttempt = Instant(nanoseconds: 0)
    /// When the daemon said that the session is over, and nothing more comes.
    private var over: Instant?
    private var isRefused = false
    private var missed = 0

    /// Nanoseconds between two attempts to reach the daemon.
    private static let pause: Int64 = 500_000_000
    /// Answers that are taken before others have their turn.
    private static let mostAtOnce = 512

    /// - Parameter isNamed: whether the participant's code stands in the names of the outlets.
    init(
        _ session: SessionInfo, library: LSLLibrary, settings: NetworkSettings.Publication,
        isNamed: Bool, socket: String, log: @escaping (String) -> Void
    ) {
        self.session = session
        self.library = library
        self.settings = settings
        self.socket = socket
        caller = DaemonCaller(socket: socket)
        self.log = log
        suffix = isNamed ? " \(session.participant)" : ""
    }

    private var isOver: Bool { over != nil }

    /// Whether all that the session had has been handed on, and has had time to leave.
    var isDone: Bool { over.map { Clocks.now() - $0 >= LSLOutlet.leaving } ?? false }

    /// Whether somebody listens to one of the outlets.
    var hasConsumers: Bool {
        markers?.hasConsumers == true || outlets.values.contains { $0?.hasConsumers == true }
    }

    /// Readable when something has come; nil while there is no connection, or no need of one.
    var descriptor: Int32? { isOver ? nil : client?.descriptor }

    /// Connects where that is due, and hands on what has come.
    func pump() {
        guard !isOver else { return }
        if client == nil {
            guard Clocks.now() >= nextAttempt else { return }
            nextAttempt = Clocks.now() + Self.pause
            connect()
        }
        do throws(LinkError) {
            for _ in 0..<Self.mostAtOnce {
                guard let reply = try client?.receive(waitingMilliseconds: 0) else { return }
                try take(reply)
                if isOver { return }
            }
        } catch {
            // A daemon that starts anew takes the session up again.
            drop()
        }
    }

    private func connect() {
        do throws(LinkError) {
            let made = try VarlinkClient(path: socket, timeoutMilliseconds: 2000)
            try made.send(
                ControlInterface.Subscribe.name,
                .object(["session": .string(session.id), "events": .bool(settings.markers)]),
                wantsMore: true)
            client = made
            if settings.markers, markers == nil { markers = offer(markersDescription) }
        } catch {
            drop()
        }
    }

    private func drop() {
        client = nil
        caller.drop()
    }

    private func take(_ reply: VarlinkReply) throws(LinkError) {
        switch reply.result {
        case .failure(let error) where error.shortName == "InvalidState":
            // It does not record any more.
            over = Clocks.now()
        case .failure(let error):
            // A daemon that has just begun may not have its sessions yet; who looks after this ends it
            // when the session is over.
            if !isRefused { log("publishing \(session.id): \(error)") }
            isRefused = true
            throw LinkError(.disconnected, "The daemon does not send the session.")
        case .success(let value):
            let item: StreamItem
            do throws(JSONMismatch) {
                item = try value.decode(ControlInterface.Subscribe.Reply.self).item
            } catch {
                throw LinkError(.malformed, "\(error)")
            }
            isRefused = false
            take(item)
            if !reply.continues { over = Clocks.now() }
        }
    }

    private func take(_ item: StreamItem) {
        let shift = library.knownShift
        if item.missed > 0 { tellMissed(item, shift) }
        switch item.kind {
        case .event:
            guard let text = LSLMarker.text(item) else { return }
            markers?.push(text, stamp: item.timeNs, shift: shift)
        case .samples:
            guard let outlet = outlet(of: item) else { return }
            guard let values = Base64.decodeDoubles(item.values),
                values.count == item.count * outlet.description.channelCount
            else { return }
            outlet.push(values, stamps: Self.stamps(item), shift: shift)
        }
    }

    /// The times of a piece's samples, in nanoseconds of CLOCK_MONOTONIC.
    static func stamps(_ item: StreamItem) -> [Int64] {
        (0..<max(0, item.count)).map { place in
            item.timeNs &+ Int64(clamping: (Double(place) * item.periodNs).rounded())
        }
    }

    /// Pieces that the daemon left out because this process was slow are in the file, and not on the network.
    private func tellMissed(_ item: StreamItem, _ shift: Int64) {
        if missed == 0 {
            log("publishing \(session.id): this process is slow, pieces are left out")
        }
        missed += item.missed
        markers?.push(
            "missed \(item.missed) pieces of \(item.stream)", stamp: item.timeNs, shift: shift)
    }

    // MARK: - Outlets

    private func outlet(of item: StreamItem) -> LSLOutlet? {
        if let known = outlets[item.stream] { return known }
        guard settings.wants(item.stream) else {
            outlets[item.stream] = .some(nil)
            return nil
        }
        guard let stream = stream(item.stream) else { return nil }
        let made: LSLOutlet?
        if stream.kind == "audio" || stream.channels != item.channels {
            made = nil
        } else {
            made = offer(description(of: stream))
        }
        outlets[item.stream] = .some(made)
        return made
    }

    /// What the daemon says of a stream; nil where it cannot be asked now.
    private func stream(_ name: String) -> StreamInfo? {
        try? caller.call(ControlInterface.GetSession.self, .init(session: session.id))
            .streams.first { $0.name == name }
    }

    private func offer(_ description: LSLOutletDescription) -> LSLOutlet? {
        do throws(NetworkSensorError) {
            let outlet = try LSLOutlet(description, library: library)
            log("offering '\(description.name)' of the session \(session.id)")
            return outlet
        } catch {
            log("\(error)")
            return nil
        }
    }

    private func description(of stream: StreamInfo) -> LSLOutletDescription {
        LSLOutletDescription(
            name: stream.name + suffix, sourceID: "attune-\(session.id)-\(stream.name)",
            rate: stream.nominalRateHz,
            content: .samples(
                zip(stream.channels, stream.units).map { .init(label: $0, unit: $1) }),
            origin: origin + [.init("stream", stream.name), .init("clock", stream.clock)])
    }

    private var markersDescription: LSLOutletDescription {
        LSLOutletDescription(
            name: "attune-markers" + suffix, sourceID: "attune-\(session.id)-markers", rate: nil,
            content: .markers, origin: origin)
    }

    private var origin: [LSLOutletDescription.Fact] {
        [
            .init("session", session.id), .init("study", session.study),
            .init("participant", session.participant),
        ]
    }
}
