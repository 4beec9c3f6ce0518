import CSystemCalls
import Glibc
import SystemCalls
import Timebase

/// Subscriptions, and the packets that come by them.
extension BluetoothLink {
    /// The longest attribute of GATT.
    private static let longestPacket = 512
    private static let mostKept = 4096

    /// Subscribes to the characteristics from an index on, one after the other, as ATT does anyway.
    func subscribe(_ index: Int) {
        if index == 0 {
            enter(.subscribing)
            subscriptions = order.characteristics.map { _ in .none }
        }
        guard let next = places.indices.first(where: { isToBeSubscribed($0, from: index) }),
            let place = places[next]
        else {
            enter(.talking)
            if isToBeResumed { return opened(settings: [], leftover: [], isResumed: true) }
            return talk(.begun)
        }
        switch order.characteristics[next].subscription {
        case .none: subscribe(next + 1)
        case .notify: startNotify(next, place)
        case .acquire: acquireNotify(next, place)
        }
    }

    private func isToBeSubscribed(_ index: Int, from first: Int) -> Bool {
        index >= first && places[index] != nil
            && order.characteristics[index].subscription != .none
    }

    private func acquireNotify(_ index: Int, _ place: Place) {
        call(
            place.path, BluetoothObjects.characteristic, "AcquireNotify", [.properties([:])]
        ) { [weak self] result in
            guard let self else { return }
            guard case .success(let values) = result, case .descriptor(let socket)? = values.first,
                let descriptor = socket.take(), descriptor >= 0
            else { return startNotify(index, place) }
            attune_socket_room(descriptor, 4 << 20)
            _ = attune_stamp_messages(descriptor)
            acquired[index] = descriptor
            clocks[index] = PacketClock()
            subscriptions[index] = .acquire
            subscribe(index + 1)
        }
    }

    private func startNotify(_ index: Int, _ place: Place) {
        // The first one may come before the answer.
        notified[place.path] = index
        call(place.path, BluetoothObjects.characteristic, "StartNotify") { [weak self] result in
            guard let self else { return }
            let wanted = order.characteristics[index]
            switch result {
            case .success:
                subscriptions[index] = .notify
                subscribe(index + 1)
            case .failure where wanted.isOptional:
                notified[place.path] = nil
                subscribe(index + 1)
            case .failure(let failure):
                fail(
                    .failed,
                    "\(order.address) refuses notifications of '\(wanted.name)' "
                        + "(\(failure.words)): it may have to be paired first (attune devices "
                        + "pair \(order.address))")
            }
        }
    }

    /// A notification that came over the bus. False when it is another link's.
    func take(_ packet: [UInt8], from path: String) -> Bool {
        guard let index = notified[path] else { return false }
        arrived(packet, index, Clocks.now())
        return true
    }

    /// Reads what waits on a socket of AcquireNotify, but not for ever.
    func readAcquired(_ descriptor: Int32, atMost count: Int = 64) {
        guard let index = acquired.first(where: { $0.value == descriptor })?.key else { return }
        var buffer = [UInt8](repeating: 0, count: Self.longestPacket)
        for _ in 0..<count {
            var realtime: Int64 = 0
            let size = buffer.count
            // The buffer is as large as it says.
            let received = unsafe attune_receive_stamped(descriptor, &buffer, size, &realtime)
            if received < 0 {
                if errno == EINTR { continue }
                if errno == EAGAIN { return }
                return socketEnded(index)
            }
            if received == 0, isHungUp(descriptor) { return socketEnded(index) }
            let arrival =
                clocks[index]?.arrival(realtime: realtime, now: Clocks.triple()) ?? Clocks.now()
            arrived(Array(buffer.prefix(received)), index, arrival)
            // What arrived may have ended the link.
            guard acquired[index] == descriptor else { return }
        }
    }

    /// An empty packet reads as the end does.
    private func isHungUp(_ descriptor: Int32) -> Bool {
        var polled = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        let ready = unsafe attune_poll(&polled, 1, 0)
        return ready > 0 && polled.revents & Int16(POLLHUP | POLLERR) != 0
    }

    /// BlueZ closed the socket: the device is going, or its service is.
    private func socketEnded(_ index: Int) {
        if let descriptor = acquired.removeValue(forKey: index) { close(descriptor) }
        guard isConnected else { return }
        // What BlueZ has still to tell of this is known: a new opening must not take it for
        // connected.
        markDisconnected()
        loop.call(path, BluetoothObjects.device, "Disconnect")
        disconnected()
    }

    private func arrived(_ packet: [UInt8], _ index: Int, _ arrival: Instant) {
        switch phase {
        case .open: deliver(packet, index, arrival)
        case .stopping:
            deliver(packet, index, arrival)
            // What was said before the question is no answer.
            if isReceiving { keep(packet, index, arrival) }
        case .identifying, .subscribing, .talking: keep(packet, index, arrival)
        case .waiting, .connecting, .resolving, .leaving, .closed: break
        }
    }

    private func keep(_ packet: [UInt8], _ index: Int, _ arrival: Instant) {
        guard kept.count < Self.mostKept else {
            return loop.notify(
                .lost(id: order.id, packets: 1, first: arrival, last: arrival))
        }
        kept.append(KeptPacket(bytes: packet, characteristic: index, arrival: arrival))
        if isReceiving { receive() }
    }

    private func deliver(_ packet: [UInt8], _ index: Int, _ arrival: Instant) {
        guard let pipe else { return }
        guard pipe.write(packet, characteristic: index, arrival: arrival) else {
            // While it is told to stop, nobody need read it: the conversation goes on.
            if phase == .stopping { return self.pipe = nil }
            return fail(.disconnected, "nobody reads \(order.address) any more")
        }
        guard pipe.hasLoss, !isLossToBeTold else { return }
        isLossToBeTold = true
        loop.after(500) { [weak self] in self?.tellLoss() }
    }

    func tellLoss() {
        isLossToBeTold = false
        guard let loss = pipe?.takeLoss() else { return }
        loop.notify(
            .lost(id: order.id, packets: loss.packets, first: loss.first, last: loss.last))
    }

    /// The device sends: its reader gets what came meanwhile, and then each packet as it comes.
    func opened(settings: [UInt8], leftover: [UInt8], isResumed: Bool = false) {
        var reader: Int32 = -1
        do {
            pipe = try PacketPipe(reader: &reader)
        } catch {
            return fail(.failed, "no room for the packets of \(order.address)", cause: error)
        }
        enter(.open)
        forgetFailures()
        loop.notify(
            .opened(
                BluetoothOpened(
                    id: order.id, descriptor: reader, settings: settings, leftover: leftover,
                    identity: identity, subscriptions: subscriptions, isResumed: isResumed)))
        let waiting = kept
        kept = []
        for packet in waiting { deliver(packet.bytes, packet.characteristic, packet.arrival) }
        loop.tellBattery(path)
        loop.updateSearch()
    }
}
