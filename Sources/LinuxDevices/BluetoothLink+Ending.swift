import Glibc
import SystemCalls

/// The ways an opening ends.
extension BluetoothLink {
    /// `close` was called: the stop conversation, then leaving.
    func stop(_ conversation: any BluetoothTalk) {
        guard phase == .open else { return leave(disconnecting: true) }
        enter(.stopping)
        self.conversation = conversation
        kept = []
        // Whatever the conversation has in mind.
        loop.after(5000) { [weak self] in
            guard let self, phase == .stopping else { return }
            leave(disconnecting: true)
        }
        talk(.begun)
    }

    /// Closes what is open and has BlueZ disconnect, in the order that bluetoothd survives: sockets
    /// first.
    func leave(disconnecting: Bool) {
        guard phase != .leaving, phase != .closed else { return }
        let isToBeDisconnected = disconnecting && (isConnected || phase == .connecting)
        drain()
        // What was drained may have ended it.
        guard phase != .closed else { return }
        enter(.leaving)
        closeSockets()
        closePipe()
        guard loop.isReady, !path.isEmpty else { return end(nil) }
        for (path, _) in notified {
            loop.call(path, BluetoothObjects.characteristic, "StopNotify")
        }
        notified = [:]
        guard isToBeDisconnected else { return end(nil) }
        markDisconnected()
        limit(5000) { [weak self] in self?.end(nil) }
        call(path, BluetoothObjects.device, "Disconnect") { [weak self] _ in self?.end(nil) }
    }

    /// It cannot go on.
    func fail(_ code: DeviceError.Code, _ message: String, cause: SystemError? = nil) {
        guard phase != .leaving, phase != .closed else { return }
        closeSockets()
        if loop.isReady, isConnected {
            markDisconnected()
            loop.call(path, BluetoothObjects.device, "Disconnect")
        }
        end(DeviceError(code: code, message: message, cause: cause))
    }

    /// The device has gone: what it sent before is still delivered.
    func disconnected() {
        let isAskedFor = isClosing
        drain()
        guard phase != .closed else { return }
        end(
            isAskedFor
                ? nil
                : DeviceError(
                    code: .disconnected,
                    message: "\(order.address) is out of reach or was switched off"))
    }

    func deviceVanished() {
        if isConnected { return disconnected() }
        if phase == .connecting { enter(.waiting) }
        path = ""
        reach()
    }

    func blueZWent(_ reason: DeviceError) {
        if isConnected {
            drain()
            guard phase != .closed else { return }
            return end(isClosing ? nil : reason)
        }
        if phase == .leaving { return end(nil) }
        enter(.waiting)
        path = ""
        reach()
    }

    /// Has later openings not take the device for connected while BlueZ's word is on its way.
    func markDisconnected() {
        loop.objects.change(
            path, BluetoothObjects.device,
            ["Connected": .bool(false), "ServicesResolved": .bool(false)], [])
    }

    private func drain() {
        for descriptor in acquiredDescriptors { readAcquired(descriptor, atMost: 10_000) }
    }

    private func closeSockets() {
        for descriptor in acquired.values { Glibc.close(descriptor) }
        acquired = [:]
    }

    private func closePipe() {
        tellLoss()
        pipe = nil
    }

    private func end(_ reason: DeviceError?) {
        guard phase != .closed else { return }
        enter(.closed)
        closeSockets()
        closePipe()
        kept = []
        notified = [:]
        loop.ended(self, reason)
    }
}
