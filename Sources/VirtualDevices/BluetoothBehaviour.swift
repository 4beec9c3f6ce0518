import Timebase

/// A Bluetooth device that speaks lines of text on a pseudo-terminal.
///
/// The host writes `write NAME HEX`, `read NAME`, `subscribe NAME`, `unsubscribe NAME`; the device sends
/// notifications as `NAME HEX`, values as `value NAME HEX`, and `error NAME text` for what it refuses.
/// When its connection drops it says `disconnected` and forgets the subscriptions, and `connected` when
/// it can be subscribed again.
struct BluetoothBehaviour: DeviceBehaviour {
    private var peripheral: any BluetoothPeripheral
    private var pending: [UInt8] = []
    private var subscribed: Set<String> = []

    init(_ peripheral: any BluetoothPeripheral) { self.peripheral = peripheral }

    var due: Instant? { peripheral.due }
    var isExhausted: Bool { peripheral.isExhausted }

    mutating func plug(now: Instant, outlet: inout DeviceOutlet) { peripheral.connect(now: now) }

    mutating func unplug(now: Instant) {
        pending = []
        subscribed = []
        peripheral.disconnect(now: now)
    }

    mutating func receive(
        _ bytes: [UInt8], now: Instant, outlet: inout DeviceOutlet
    ) throws(VirtualDeviceError) {
        pending.append(contentsOf: bytes)
        while let end = pending.firstIndex(of: 0x0A) {
            let line = String(decoding: pending[..<end], as: UTF8.self)
            pending.removeFirst(end + 1)
            try obey(line, now: now, outlet: &outlet)
        }
        // No packet is longer than 512 bytes; what has no line end by then is no text of ours.
        if pending.count > 4096 { pending = [] }
    }

    private mutating func obey(
        _ line: String, now: Instant, outlet: inout DeviceOutlet
    ) throws(VirtualDeviceError) {
        let words = line.split(whereSeparator: \.isWhitespace)
        guard let verb = words.first else { return }
        let name = words.count > 1 ? String(words[1]) : "-"
        func refuse(
            _ why: String, _ outlet: inout DeviceOutlet
        ) throws(VirtualDeviceError) {
            try outlet.noteCommand(
                Array(line.utf8), "refused \(why)", understood: false, now: now)
            try outlet.reply(Array("error \(name) \(why)\n".utf8), now: now)
        }
        guard outlet.isPlugged else { return try refuse("not connected", &outlet) }
        if verb == "read", let value = peripheral.information[name] {
            try outlet.noteCommand(Array(line.utf8), "read \(name)", now: now)
            var answer = Array("value ".utf8)
            BluetoothText.append(name, value, to: &answer)
            return try outlet.reply(answer, now: now)
        }
        guard let characteristic = peripheral.characteristics.first(where: { $0.name == name })
        else { return try refuse("no such characteristic", &outlet) }
        switch verb {
        case "subscribe" where characteristic.uses.contains(.notify),
            "unsubscribe" where characteristic.uses.contains(.notify):
            let isOn = verb == "subscribe"
            try outlet.noteCommand(Array(line.utf8), "\(verb) \(name)", now: now)
            guard subscribed.contains(name) != isOn else { return }
            if isOn { subscribed.insert(name) } else { subscribed.remove(name) }
            peripheral.subscribe(name, isOn, now: now)
        case "read" where characteristic.uses.contains(.read):
            try outlet.noteCommand(Array(line.utf8), "read \(name)", now: now)
            var answer = Array("value ".utf8)
            BluetoothText.append(name, peripheral.read(name, now: now), to: &answer)
            try outlet.reply(answer, now: now)
        case "write" where characteristic.uses.contains(.write):
            guard let bytes = BluetoothText.bytes(words.dropFirst(2)), !bytes.isEmpty else {
                return try refuse("not hexadecimal", &outlet)
            }
            let answer = peripheral.write(name, bytes, now: now)
            if let refusal = answer.refusal { return try refuse(refusal, &outlet) }
            try outlet.noteCommand(
                bytes, answer.meaning ?? "ignored", understood: answer.meaning != nil, now: now)
            // Without a subscription a device cannot indicate anything.
            for reply in answer.replies where subscribed.contains(reply.name) {
                var text: [UInt8] = []
                BluetoothText.append(reply.name, reply.bytes, to: &text)
                try outlet.reply(text, now: now)
            }
        case "subscribe", "unsubscribe", "read", "write":
            try refuse("not permitted", &outlet)
        default:
            try refuse("no such command", &outlet)
        }
    }

    mutating func sendDue(now: Instant, outlet: inout DeviceOutlet) throws(VirtualDeviceError) {
        try peripheral.sendDue(now: now, outlet: &outlet)
    }
}

extension DeviceOutlet {
    /// Sends a notification, or drops it as the impairments say.
    mutating func notify(
        _ name: String, _ bytes: [UInt8], due: Instant, now: Instant, values: [Int64]
    ) throws(VirtualDeviceError) {
        let fate = try pushNotification(name, bytes, now: now)
        try record(fate, due: due, now: now, values: values)
    }

    /// Sends a notification that is a piece of a frame, without logging it.
    mutating func pushNotification(
        _ name: String, _ bytes: [UInt8], now: Instant
    ) throws(VirtualDeviceError) -> FrameFate {
        garbageCharacteristic = name
        var line: [UInt8] = []
        line.reserveCapacity(name.utf8.count + 2 * bytes.count + 2)
        BluetoothText.append(name, bytes, to: &line)
        return try push(line, now: now)
    }
}
