import DeviceProfiles
import Glibc
import LinuxDevices
import Link
import SystemCalls
import Timebase

/// Bluetooth devices of the settings: opened through BlueZ, lost and found again.
extension Station {
    /// Starts the Bluetooth thread if the settings name a device by its address.
    func startBluetooth() {
        let addresses = devices.values.compactMap(\.address)
        guard !addresses.isEmpty else { return }
        do throws(SystemError) {
            let notices = notices
            let central = try BluetoothCentral(heart: bluetoothHeart) {
                notices.post(.bluetooth($0))
            }
            central.setWanted(addresses.map { .address($0) })
            bluetooth = central
        } catch {
            log.error("Bluetooth devices cannot be reached: \(error)")
        }
    }

    /// Asks for a device; the Bluetooth thread tries until it is there.
    func openBluetooth(_ device: ManagedDevice, _ address: String) {
        // An opening that is not yet told as ended keeps its number.
        guard let bluetooth, !device.isLinked else { return }
        device.isOpening = true
        device.isLinked = true
        device.node = address
        device.state = device.isResuming ? .opening : .starting
        device.reason = ""
        guard case .bluetooth(let settings) = device.profile.transport else {
            return bluetooth.openSerial(id: device.id, address: address)
        }
        bluetooth.open(
            id: device.id, address: address,
            characteristics: settings.characteristics.map(\.gatt),
            conversation: DeviceTalk(device.profile.startConversation()),
            resuming: device.isResuming)
    }

    func take(_ notice: BluetoothNotice) {
        switch notice {
        case .found(let found):
            guard let strength = found.rssi else { break }
            for device in devices.values where device.address == found.address {
                device.signalStrength = strength
            }
        case .vanished, .pairing: break
        case .adapters(_, let trouble):
            if let trouble {
                raise("bluetooth", "Bluetooth devices cannot be reached: \(trouble)")
            } else {
                lower("bluetooth")
            }
        case .waiting(let id, let reason):
            guard let device = devices[id], device.state != .paused else { return }
            device.state = .absent
            device.reason = reason.message
        case .opened(let opened):
            guard devices[opened.id] != nil, !isStopping else {
                _ = close(opened.descriptor)
                return
            }
            deviceOpened(
                opened.id,
                .opened(
                    descriptor: opened.descriptor, .packets, identity: opened.identity.text,
                    opened.isResumed ? .resumed : .fresh, settings: opened.settings,
                    leftover: opened.leftover))
        case .openedSerial(let id, let descriptor):
            guard let device = devices[id], !isStopping, device.state != .paused else {
                _ = close(descriptor)
                return
            }
            converse(device, descriptor)
        case .closed(let id, let reason):
            guard let device = devices[id] else { return }
            device.isLinked = false
            device.battery = nil
            guard device.isOpening else { return }
            if let reason {
                deviceOpened(id, .failed(reason.message))
                device.nextTry = Clocks.now() + device.backoff * 1_000_000_000
            } else {
                device.isOpening = false
            }
        case .battery(let id, let percent):
            guard let device = devices[id] else { return }
            noteBattery(percent, of: device)
        case .lost(let id, let packets, let first, let last):
            acquisition.commands.post(
                .lost(source: id, packets: packets, first: first, last: last))
        }
    }

    /// Holds the start-up conversation over a classic Bluetooth serial port.
    private func converse(_ device: ManagedDevice, _ descriptor: Int32) {
        do throws(SystemError) {
            try DeviceOpener.converse(
                source: device.id, profile: device.profile, descriptor: descriptor,
                identity: device.node, resuming: device.isResuming, notices: notices)
        } catch {
            _ = close(descriptor)
            device.isOpening = false
            device.state = .failed
            device.reason = "\(error)"
        }
    }

    /// Tells all devices to stop, and leaves the bus; seconds at most.
    func stopBluetooth() {
        guard let bluetooth else { return }
        for device in devices.values where device.isLinked {
            bluetooth.close(
                id: device.id, conversation: DeviceTalk(device.profile.stopConversation()))
        }
        let end = Clocks.now() + 6_000_000_000
        while devices.values.contains(where: \.isLinked), Clocks.now() < end {
            var entry = pollfd(
                fd: notices.signal.number, events: Int16(POLLIN), revents: 0)
            _ = unsafe poll(&entry, 1, 100)
            takeNotices()
        }
        bluetooth.stop()
    }
}

/// A driver's conversation, carried out by the Bluetooth thread.
private struct DeviceTalk: BluetoothTalk {
    private var conversation: any DeviceConversation

    init(_ conversation: any DeviceConversation) { self.conversation = conversation }

    mutating func next(_ event: BluetoothTalkEvent) -> BluetoothTalkAction {
        let told: ConversationEvent =
            switch event {
            case .begun: .begun
            case .done: .done
            case .received(let bytes, let characteristic):
                .received(bytes, characteristic: characteristic)
            case .value(let bytes): .value(bytes)
            case .timedOut: .timedOut
            case .refused(let reason): .refused(reason)
            }
        return switch conversation.next(told) {
        case .write(let bytes, let characteristic): .write(bytes, characteristic: characteristic)
        case .read(let characteristic): .read(characteristic: characteristic)
        case .wait(let milliseconds): .wait(milliseconds: milliseconds)
        case .receive(let milliseconds, let isContinued):
            .receive(milliseconds: milliseconds, isContinued: isContinued)
        case .finished(let settings, let leftover):
            .finished(settings: settings, leftover: leftover)
        case .failed(let reason): .failed(reason)
        }
    }
}

extension BluetoothCharacteristic {
    fileprivate var gatt: GATTCharacteristic {
        let subscription: GATTCharacteristic.Subscription =
            switch subscription {
            case .none: .none
            case .notify: .notify
            case .acquire: .acquire
            }
        return GATTCharacteristic(
            name: name, uuid: uuid, subscription: subscription, isOptional: isOptional)
    }
}

extension BluetoothIdentity {
    /// One line: address, name, and what the device tells of itself.
    fileprivate var text: String {
        [address, name, maker, model, serial, firmware].compactMap { $0 }
            .filter { !$0.isEmpty }.joined(separator: " ")
    }
}
