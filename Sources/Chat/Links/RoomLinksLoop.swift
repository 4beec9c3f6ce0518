import Glibc
import Link
import Logging
import SystemCalls
import Timebase

/// The work of the links' thread: one poll over all connections. Confined to that thread.
final class RoomLinksLoop {
    private let socketPath: String
    private let log: Logger
    private let service: ChatService?
    private var watches: [String: SessionWatch] = [:]
    private var links: [RoomLinkName: RoomLink] = [:]
    /// What was known of clocks when the process began.
    private var restored: [RoomLinkName: (trips: [ClockObservation], confirmed: Int)] = [:]

    /// Events of a page that has never told of its clock wait so long, in nanoseconds.
    private static let mappingPatience: Int64 = 10_000_000_000
    /// A page's link that has nothing to do is closed after this, in nanoseconds: the daemon has room
    /// for 256 connections.
    private static let idleTime: Int64 = 120_000_000_000

    init(socketPath: String, log: Logger, service: ChatService?) {
        self.socketPath = socketPath
        self.log = log
        self.service = service
    }

    /// Runs until it is told to end and everything is delivered, or three seconds after that.
    func run(_ owner: RoomLinks) {
        var endBy: Instant?
        while true {
            let (orders, calls, isEnding) = owner.takeOrders()
            for order in orders { take(order, owner) }
            for call in calls { call() }
            if isEnding && endBy == nil { endBy = Clocks.now() + 3_000_000_000 }
            process(owner)
            if let endBy, Clocks.now() >= endBy || links.values.allSatisfy(\.isDelivered) { return }
            wait(owner, isEnding: endBy != nil)
        }
    }

    // MARK: Orders

    private func take(_ order: LinkOrder, _ owner: RoomLinks) {
        switch order {
        case .follow(let places):
            watches[places.session] = SessionWatch(places)
            _ = link(RoomLinkName(session: places.session))
        case .events(let name, let events, let isUrgent):
            guard let link = link(name) else { return }
            do throws(LinkError) {
                try link.put(events, isUrgent: isUrgent)
            } catch {
                log.error("\(error)")
            }
        case .restore(let name, let trips, let confirmed): restored[name] = (trips, confirmed)
        case .trips(let name, let trips):
            guard let link = link(name) else { return }
            link.unmappedSince = nil
            do throws(LinkError) {
                try link.client.report(trips)
            } catch {
                log.error("\(error)")
            }
        case .drain(let session):
            if let watch = watches[session] {
                watch.wantsDrainTold = true
            } else {
                owner.tell(session, .drained)
            }
        case .forget(let session, let removesAll): forget(session, removesAll)
        }
    }

    private func forget(_ session: String, _ removesAll: Bool) {
        watches[session] = nil
        for (name, link) in links where name.session == session {
            let path = link.client.outbox.path
            let isEmpty = link.client.outbox.entries.isEmpty
            links[name] = nil
            guard isEmpty || removesAll else { continue }
            try? FileSystem.remove(path)
            try? FileSystem.remove(path + ".lock")
        }
        restored = restored.filter { $0.key.session != session }
    }

    /// The link of that name, opened where it is not.
    private func link(_ name: RoomLinkName) -> RoomLink? {
        if let link = links[name] { return link }
        guard let places = watches[name.session]?.places else { return nil }
        do throws(LinkError) {
            let path = name.page.map(places.pageOutbox) ?? places.chatOutbox
            let client = LinkedClient(
                path: socketPath, outbox: try Outbox(path: path),
                registration: .init(
                    session: name.session, client: name.page == nil ? "chat" : "page",
                    title: name.page == nil ? "Chat" : "Participant's page",
                    clock: name.page == nil ? .station : .own))
            if let known = restored[name] {
                client.restore(known.trips, confirmed: known.confirmed)
            }
            let link = RoomLink(name: name, client: client)
            links[name] = link
            return link
        } catch {
            log.error("\(error)")
            return nil
        }
    }

    // MARK: Work

    private func process(_ owner: RoomLinks) {
        let now = Clocks.now()
        for (session, watch) in watches {
            watch.process(path: socketPath) { news in
                if case .session = news { retry(session) }
                owner.tell(session, news)
            }
        }
        for (name, link) in links {
            if let due = link.due, due > now, !link.isReady { continue }
            link.due = nil
            do throws(LinkError) {
                try mapRoughly(link, now)
                try link.client.process()
            } catch {
                log.error("\(error)")
            }
            tellNews(link, owner)
            let isIdle = name.page != nil && now - link.lastUse > Self.idleTime
            if isIdle && link.client.outbox.entries.isEmpty {
                restored[name] = link.client.knownTrips
                links[name] = nil
            }
        }
        for (session, watch) in watches where watch.wantsDrainTold {
            let isDrained = links.allSatisfy { $0.key.session != session || $0.value.isDelivered }
            guard isDrained else { continue }
            watch.wantsDrainTold = false
            owner.tell(session, .drained)
        }
        do throws(LinkError) {
            try service?.process()
        } catch {
            log.error("\(error)")
        }
    }

    /// A session that is there again takes again what it refused while it was not.
    private func retry(_ session: String) {
        for (name, link) in links where name.session == session {
            guard case .refused(.noSuchSession) = link.client.state else { continue }
            link.client.retry()
            link.toldRefusal = false
        }
    }

    private func tellNews(_ link: RoomLink, _ owner: RoomLinks) {
        let name = link.name
        if link.client.confirmedTrips != link.toldTrips, name.page != nil {
            link.toldTrips = link.client.confirmedTrips
            owner.tell(name.session, .confirmedTrips(name, link.toldTrips))
        }
        switch link.client.state {
        case .refused(let refusal):
            guard !link.toldRefusal else { return }
            link.toldRefusal = true
            owner.tell(name.session, .refused(name, refusal))
        case .linked:
            guard !link.isLinked else { return }
            link.isLinked = true
            if name.page == nil { owner.tell(name.session, .linked) }
        case .waiting, .registering: link.isLinked = false
        }
    }

    /// A page that never tells of its clock would have its events wait for ever. After a while a round
    /// trip is made up that says only that they happened within ten seconds before they came.
    private func mapRoughly(_ link: RoomLink, _ now: Instant) throws(LinkError) {
        guard let since = link.unmappedSince, now - since > Self.mappingPatience,
            !link.client.hasTrips, let first = link.client.outbox.entries.first,
            let event = (try? JSONValue(parsing: first.bytes[...]))?["event"],
            let time = event["time_ns"]?.integer
        else { return }
        link.unmappedSince = nil
        log.warning("a page told nothing of its clock: its events have a bound of 10 s")
        let came = since.nanoseconds
        try link.client.report([
            ClockObservation(
                clientSentNs: time, receivedNs: came, sentNs: came,
                clientReceivedNs: time + Self.mappingPatience)
        ])
    }

    // MARK: Waiting

    private func wait(_ owner: RoomLinks, isEnding: Bool) {
        var milliseconds = isEnding ? 20 : 1000
        var entries = [pollfd(fd: owner.wakeDescriptor, events: Int16(POLLIN), revents: 0)]
        if let service {
            entries.append(
                pollfd(fd: service.pollDescriptor, events: Int16(POLLIN), revents: 0))
        }
        for watch in watches.values {
            if let due = watch.millisecondsUntilDue { milliseconds = min(milliseconds, due) }
            guard let client = watch.client else { continue }
            entries.append(pollfd(fd: client.descriptor, events: Int16(POLLIN), revents: 0))
        }
        let now = Clocks.now()
        for link in links.values {
            if let due = link.due, due > now, !link.isReady {
                // Its answers can wait as long as what goes out with them.
                milliseconds = min(milliseconds, Int((due - now) / 1_000_000 + 1))
                continue
            }
            if let due = link.client.millisecondsUntilDue {
                milliseconds = min(milliseconds, due)
            }
            guard let descriptor = link.client.descriptor else { continue }
            let wantsWrite = link.client.wantsWrite ? Int16(POLLOUT) : 0
            entries.append(
                pollfd(fd: descriptor, events: Int16(POLLIN) | wantsWrite, revents: 0))
        }
        // Interrupted or not, what is due is looked at again.
        _ = unsafe poll(&entries, nfds_t(entries.count), Int32(clamping: milliseconds))
    }
}

extension RoomLink {
    /// Whether nothing waits here that could still go.
    var isDelivered: Bool {
        if case .refused = client.state { return true }
        return client.outbox.entries.isEmpty && due == nil
    }

    /// Whether the connection has something to be looked at, whatever is collected.
    var isReady: Bool { client.descriptor != nil && client.millisecondsUntilDue == 0 }
}
