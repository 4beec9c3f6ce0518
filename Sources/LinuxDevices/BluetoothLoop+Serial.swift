/// Serial ports over classic Bluetooth.
struct BluetoothSerial {
    /// The Serial Port Profile.
    static let profile = "00001101-0000-1000-8000-00805f9b34fb"
    static let object = "/org/attune/serial"

    struct Port {
        let address: String
        let path: String
        var isOpen = false
        /// `close` was called.
        var isClosing = false
    }

    /// Whether BlueZ knows our end of the profile.
    var isRegistered = false
    var ports: [UInt32: Port] = [:]
}

extension BluetoothLoop {
    func openSerial(id: UInt32, address: String) {
        func refuse(_ code: DeviceError.Code, _ message: String) {
            notify(.closed(id: id, reason: DeviceError(code: code, message: message)))
        }
        guard links[id] == nil, serial.ports[id] == nil else {
            return refuse(.busy, "an opening with this number is under way")
        }
        guard isReady else {
            return refuse(
                .serviceUnavailable, "there is no Bluetooth service (bluetoothd) at the moment")
        }
        guard let path = objects.devicePath(address: address) else {
            return refuse(
                .notFound, "\(address) is not known: pair it first (attune devices pair \(address))"
            )
        }
        guard !serial.ports.values.contains(where: { $0.path == path }) else {
            return refuse(.busy, "the serial port of \(address) is open already")
        }
        serial.ports[id] = BluetoothSerial.Port(address: address, path: path)
        guard !serial.isRegistered else { return connectSerial(id) }
        let options: [String: BusValue] = [
            "Name": .text("Attune"), "Role": .text("client"),
        ]
        call(
            "/org/bluez", "org.bluez.ProfileManager1", "RegisterProfile",
            [
                .path(BluetoothSerial.object), .text(BluetoothSerial.profile),
                .properties(options),
            ]
        ) { [weak self] result in
            guard let self else { return }
            if case .failure(let failure) = result, failure.short != "AlreadyExists" {
                return endSerial(id, failure)
            }
            serial.isRegistered = true
            connectSerial(id)
        }
    }

    private func connectSerial(_ id: UInt32) {
        guard let port = serial.ports[id] else { return }
        call(
            port.path, BluetoothObjects.device, "ConnectProfile", [.text(BluetoothSerial.profile)],
            seconds: 60
        ) { [weak self] result in
            guard let self, serial.ports[id] != nil else { return }
            if case .failure(let failure) = result { endSerial(id, failure) }
        }
    }

    private func endSerial(_ id: UInt32, _ failure: BusFailure) {
        guard let port = serial.ports[id] else { return }
        let message =
            "the serial port of \(port.address) does not open (\(failure.words)): is it switched "
            + "on, and paired (attune devices pair \(port.address))?"
        serialEnded(id, DeviceError(code: .disconnected, message: message))
    }

    /// BlueZ calls our end of the profile.
    func serialCalled(_ call: BusCall) {
        let message = call.message
        guard message.interface == "org.bluez.Profile1" else {
            return call.refuse("org.freedesktop.DBus.Error.UnknownMethod", "unknown method")
        }
        switch message.member {
        case "NewConnection":
            guard message.values.count >= 2, let path = message.values[0].text,
                case .descriptor(let socket) = message.values[1],
                let id = serial.ports.first(where: {
                    $1.path == path && !$1.isOpen && !$1.isClosing
                })?.key,
                let descriptor = socket.take(), descriptor >= 0
            else { return call.refuse("org.bluez.Error.Rejected", "nobody asked for this") }
            serial.ports[id]?.isOpen = true
            call.answer()
            notify(.openedSerial(id: id, descriptor: descriptor))
            updateSearch()
        case "RequestDisconnection":
            call.answer()
            if let path = message.values.first?.text { serialDisconnected(path) }
        case "Release":
            serial.isRegistered = false
            call.answer()
        default: call.refuse("org.freedesktop.DBus.Error.UnknownMethod", "unknown method")
        }
    }

    func serialDisconnected(_ path: String) {
        for (id, port) in serial.ports where port.path == path && port.isOpen {
            let reason = DeviceError(
                code: .disconnected,
                message: "\(port.address) is out of reach or was switched off")
            serialEnded(id, reason)
        }
    }

    func closeSerial(id: UInt32) {
        guard let port = serial.ports[id], !port.isClosing else { return }
        serial.ports[id]?.isClosing = true
        call(
            port.path, BluetoothObjects.device, "DisconnectProfile",
            [.text(BluetoothSerial.profile)], seconds: 5
        ) { [weak self] _ in self?.serialEnded(id, nil) }
    }

    func failSerial(_ reason: DeviceError) {
        for id in serial.ports.keys.sorted() { serialEnded(id, reason) }
        serial = BluetoothSerial()
    }

    /// Tells the end, once; without the reason where it was asked for.
    private func serialEnded(_ id: UInt32, _ reason: DeviceError?) {
        guard let port = serial.ports.removeValue(forKey: id) else { return }
        notify(.closed(id: id, reason: port.isClosing ? nil : reason))
        updateSearch()
    }
}
