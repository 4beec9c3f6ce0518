/// A pairing that is under way.
struct BluetoothPairingState {
    let path: String
    /// What the device asks and nobody has answered yet.
    var call: BusCall?
    var question: BluetoothQuestion?
}

/// Pairing: BlueZ's agent.
extension BluetoothLoop {
    private static let agent = "/org/attune/agent"
    private static let manager = "org.bluez.AgentManager1"

    func pair(address: String) {
        guard pairings[address] == nil else { return }
        guard isReady, let path = objects.devicePath(address: address) else {
            return notify(
                .pairing(
                    address: address,
                    .failed(
                        DeviceError(
                            code: .notFound,
                            message: "\(address) is not in sight: make the device visible "
                                + "(pairing mode) and try again"))))
        }
        pairings[address] = BluetoothPairingState(path: path)
        call(
            "/org/bluez", Self.manager, "RegisterAgent",
            [.path(Self.agent), .text("KeyboardDisplay")])
        call("/org/bluez", Self.manager, "RequestDefaultAgent", [.path(Self.agent)])
        call(path, BluetoothObjects.device, "Pair", seconds: 120) { [weak self] result in
            guard let self, pairings.removeValue(forKey: address) != nil else { return }
            if pairings.isEmpty {
                call("/org/bluez", Self.manager, "UnregisterAgent", [.path(Self.agent)])
            }
            if case .failure(let failure) = result, failure.short != "AlreadyExists" {
                let error = DeviceError(
                    code: .failed,
                    message: "\(address) was not paired (\(failure.words)): put it into pairing "
                        + "mode and try again")
                return notify(.pairing(address: address, .failed(error)))
            }
            // So that BlueZ lets it connect later without asking.
            call(
                path, "org.freedesktop.DBus.Properties", "Set",
                [
                    .text(BluetoothObjects.device), .text("Trusted"),
                    .variant(of: .bool(true)),
                ]
            ) { [weak self] _ in self?.notify(.pairing(address: address, .paired)) }
        }
    }

    func answerPairing(address: String, _ answer: BluetoothAnswer) {
        guard let call = pairings[address]?.call, let question = pairings[address]?.question else {
            return
        }
        pairings[address]?.call = nil
        pairings[address]?.question = nil
        switch (question, answer) {
        case (.confirm, .yes), (.allow, .yes): call.answer()
        case (.enterCode, .text(let code)) where !code.isEmpty && code.utf8.count <= 16:
            call.answer([.text(code)])
        case (.enterPasskey, .text(let digits)):
            guard let number = UInt32(digits), number <= 999_999 else { fallthrough }
            call.answer([.uint32(number)])
        default: call.refuse("org.bluez.Error.Rejected", "the answer was no")
        }
    }

    func forget(address: String) {
        guard let path = objects.devicePath(address: address),
            let adapter = objects.adapters.first(where: { path.hasPrefix($0.path + "/") })
        else { return }
        call(adapter.path, BluetoothObjects.adapter, "RemoveDevice", [.path(path)])
    }

    /// BlueZ calls our agent.
    func agentCalled(_ call: BusCall) {
        let message = call.message
        guard message.interface == "org.bluez.Agent1" else {
            return call.refuse("org.freedesktop.DBus.Error.UnknownMethod", "unknown method")
        }
        switch message.member {
        case "Release": return call.answer()
        case "Cancel":
            for address in pairings.keys {
                pairings[address]?.call = nil
                pairings[address]?.question = nil
            }
            return call.answer()
        default: break
        }
        guard let path = message.values.first?.text,
            let address = pairings.first(where: { $1.path == path })?.key
        else { return call.refuse("org.bluez.Error.Rejected", "nobody asked for this") }
        func ask(_ question: BluetoothQuestion) {
            pairings[address]?.call = call
            pairings[address]?.question = question
            notify(.pairing(address: address, .asked(question)))
        }
        func digits(_ index: Int) -> String {
            let number = message.values.indices.contains(index) ? message.values[index].integer : 0
            let text = String(number ?? 0)
            return String(repeating: "0", count: max(0, 6 - text.count)) + text
        }
        switch message.member {
        case "RequestConfirmation": ask(.confirm(passkey: digits(1)))
        case "RequestPasskey": ask(.enterPasskey)
        case "RequestPinCode": ask(.enterCode)
        case "RequestAuthorization": ask(.allow)
        case "AuthorizeService": call.answer()
        case "DisplayPasskey":
            call.answer()
            // Told again with each digit that is typed.
            guard message.values.count < 3 || message.values[2].integer == 0 else { return }
            notify(.pairing(address: address, .show(code: digits(1))))
        case "DisplayPinCode":
            call.answer()
            let code = message.values.count > 1 ? message.values[1].text ?? "" : ""
            notify(.pairing(address: address, .show(code: code)))
        default: call.refuse("org.freedesktop.DBus.Error.UnknownMethod", "unknown method")
        }
    }
}
