import DeviceProfiles
import LinuxDevices
import Link
import SystemCalls
import Timebase

/// Keyboards and pointers: read in a session's permitted phases alone, and a keyboard by default only
/// while the chat has the focus, since passwords are typed elsewhere.
extension Station {
    /// Why an input device must not be read now; nil where it may. Whatever is not known keeps it
    /// closed.
    private func closure(of device: ManagedDevice, in session: ActiveSession) -> String? {
        if let refusal = device.refusal(by: session.consent) { return refusal }
        if let permitted = session.inputPhases {
            guard let phase = session.phase else {
                return "no phase has begun in which the protocol permits it"
            }
            guard permitted.contains(phase) else {
                return "the protocol does not permit it in the phase '\(phase)'"
            }
        }
        guard device.onlyWithFocus else { return nil }
        let told = session.clients.values.filter { $0.connection != nil && $0.isFocused != nil }
        if told.isEmpty { return "no chat is linked that tells whether it has the focus" }
        return told.contains { $0.isFocused == true } ? nil : "the chat does not have the focus"
    }

    /// Opens and closes a session's keyboards and pointers, after its phase, its clients or their
    /// focus have changed.
    func reviewInputs(_ session: ActiveSession) {
        // A session that stops closes its devices itself.
        guard session.state == .recording else { return }
        for device in session.devices.compactMap({ devices[$0] }) where device.isInput {
            if let reason = closure(of: device, in: session) {
                closeInput(device, reason)
            } else if device.state == .paused {
                device.state = .absent
                device.reason = ""
                openInput(device)
            }
        }
    }

    /// Keeps an input device closed: what it says meanwhile is never read. It is opened by its
    /// identity, on the clock and masked anew.
    func closeInput(_ device: ManagedDevice, _ reason: String) {
        if device.state != .paused {
            acquisition.commands.post(.pause(source: device.id))
            forgetDescriptor(device)
            log.info("\(device.name) is closed: \(reason)")
        }
        device.isOpen = false
        device.state = .paused
        device.reason = reason
        device.backoff = 1
    }

    /// Whether a client's event says something of its focus; reads it.
    static func focus(kind: String, payload: JSONValue) -> Bool? {
        guard kind == "focus", case .bool(let isFocused)? = payload["focused"] else { return nil }
        return isFocused
    }

    /// Opens a session's keyboard or pointer where it may be read now, and else keeps it closed;
    /// fails closed.
    func openInput(_ device: ManagedDevice) {
        guard let session = device.session.flatMap({ sessions[$0] }), session.state == .recording
        else { return }
        if let reason = closure(of: device, in: session) { return closeInput(device, reason) }
        let policy = InputPolicy(
            keepsCodes: device.kind == .keyboard && session.consent.permits(.keyContent))
        if policy.keepsCodes {
            log.info("\(device.name): which keys are pressed is stored, as the participant agreed")
        }
        let kind: InputDeviceKind = device.kind == .pointer ? .pointer : .keyboard
        do throws(DeviceError) {
            var isTestSource = false
            switch device.binding {
            case .testSource(let path):
                device.node = path
                isTestSource = true
            case .inputName(let part): device.node = try Self.inputNode(part, kind)
            default: break
            }
            let adopted = adoptInput(device, kind, policy)
            let isKept = adopted != nil
            let input =
                if let adopted { adopted } else if isTestSource {
                    try TestInputSource.open(
                        device.node, kind: kind, isAllowed: options.allowsTestSources)
                } else {
                    try InputDevice.open(device.node, kind: kind)
                }
            if isKept { log.info("\(device.name) stayed open") }
            device.identity = input.description.identity
            if !isKept { storeDescriptor(input.number, device) }
            let descriptor = input.takeDescriptor().release()
            device.isOpen = true
            device.state = .streaming
            device.reason = ""
            device.backoff = 1
            device.openedAt = Clocks.now()
            acquisition.commands.post(
                .add(
                    source: device.id, descriptor: descriptor,
                    .input(
                        kind, policy, isTestSource: isTestSource,
                        held: isKept ? device.heldKeys : [:]),
                    isKept ? .kept : device.isResuming ? .resumed : .fresh))
            device.heldKeys = [:]
            device.isResuming = false
        } catch {
            device.state = error.code == .notFound ? .absent : .failed
            // It is tried every few seconds: told once.
            if device.reason != "\(error)" {
                // It is tried every few seconds: told once.
                if device.reason != "\(error)" {
                    device.reason = "\(error)"
                    log.warning("\(device.name) is not recorded: \(error)")
                }
            }
        }
    }

    /// The event node of an input device by a part of its name, from udev.
    private static func inputNode(
        _ part: String, _ kind: InputDeviceKind
    ) throws(DeviceError) -> String {
        let property = kind == .keyboard ? "ID_INPUT_KEYBOARD" : "ID_INPUT_MOUSE"
        for device in try UdevMonitor.enumerate(subsystems: ["input"])
        where device.node.contains("/event") && device.properties[property] == "1" {
            let names = device.properties.values.joined(separator: "\n")
            if names.localizedCaseInsensitiveContains(part) { return device.node }
        }
        throw DeviceError(
            code: .notFound,
            message: "no \(kind.rawValue) has '\(part)' in its name: plug it in, or correct 'match'"
        )
    }
}
