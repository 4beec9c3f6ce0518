import Link
import SystemCalls
import Timebase

/// Follows one session, and connects again when the daemon went away. Confined to the links' thread.
final class SessionWatch {
    let places: RoomPlaces
    private(set) var client: VarlinkClient?
    private(set) var isOver = false
    private var nextAttempt = Clocks.now()
    private var pause: Int64 = 100
    var wantsDrainTold = false
    /// Since when the daemon says that there is no such session.
    private var missingSince: Instant?

    /// A daemon that was started anew may take so long to take up its sessions, in nanoseconds.
    private static let patience: Int64 = 10_000_000_000

    init(_ places: RoomPlaces) { self.places = places }

    var millisecondsUntilDue: Int? {
        guard client == nil, !isOver else { return nil }
        return Int(max((nextAttempt - Clocks.now()) / 1_000_000 + 1, 0))
    }

    /// Connects where that is due, and reads what has come.
    func process(path: String, _ tell: (LinkNews) -> Void) {
        if isOver { return }
        do throws(LinkError) {
            if client == nil {
                guard Clocks.now() >= nextAttempt else { return }
                let fresh = try VarlinkClient(path: path, timeoutMilliseconds: 0)
                try fresh.send(
                    LinkInterface.WatchSession.name, ["session": .string(places.session)],
                    wantsMore: true)
                client = fresh
            }
            while let reply = try client?.receive(waitingMilliseconds: 0) {
                take(reply, tell)
                if client == nil { return }
            }
        } catch {
            lose()
            tell(.waiting(error.message))
        }
    }

    private func take(_ reply: VarlinkReply, _ tell: (LinkNews) -> Void) {
        switch reply.result {
        case .success(let parameters):
            if let session = try? parameters["session"]?.decode(LinkSession.self) {
                pause = 100
                missingSince = nil
                tell(.session(session))
            }
            if !reply.continues { lose() }
        case .failure(let error):
            lose()
            guard error.shortName == "NoSuchSession" else { return tell(.waiting("\(error)")) }
            // A session that was finished meanwhile is none that can be followed.
            let since = missingSince ?? Clocks.now()
            missingSince = since
            guard Clocks.now() - since > Self.patience else { return }
            isOver = true
            tell(.gone)
        }
    }

    private func lose() {
        client = nil
        nextAttempt = Clocks.now() + pause * 1_000_000
        pause = min(pause * 2, 2000)
    }
}
