/// Which objects BlueZ has, and what of it somebody needs to know.
extension BluetoothLoop {
    func objectsChanged(_ message: BusMessage) {
        guard isReady, message.values.count == 2, let path = message.values[0].text else { return }
        switch message.member {
        case "InterfacesAdded":
            objects.add(path, message.values[1])
            if objects[path, BluetoothObjects.adapter] != nil {
                tellAdapters()
                updateSearch()
            }
            deviceChanged(path)
            tellBattery(path)
        case "InterfacesRemoved":
            let names = message.values[1].texts ?? []
            let device = names.contains(BluetoothObjects.device) ? objects.device(path) : nil
            objects.remove(path, names)
            if let device {
                link(at: device.address)?.deviceVanished()
                if search.told[device.address] != nil {
                    search.told[device.address] = nil
                    notify(.vanished(address: device.address))
                }
                updateSearch()
            }
            if names.contains(BluetoothObjects.adapter) {
                search.adapters[path] = nil
                tellAdapters()
            }
        default: break
        }
    }

    func propertiesChanged(_ message: BusMessage) {
        guard isReady, message.values.count >= 2, let interface = message.values[0].text,
            let changed = message.values[1].properties
        else { return }
        let path = message.path
        if interface == BluetoothObjects.characteristic, let packet = changed["Value"]?.bytes {
            for link in links.values where link.take(packet, from: path) { return }
            return
        }
        let invalid = message.values.count > 2 ? message.values[2].texts ?? [] : []
        objects.change(path, interface, changed, invalid)
        switch interface {
        case BluetoothObjects.device:
            deviceChanged(path, isHeard: changed["RSSI"] != nil)
            guard let device = objects.device(path) else { return }
            link(at: device.address)?.propertiesChanged(path, changed)
            if !device.isConnected { serialDisconnected(path) }
        case BluetoothObjects.adapter:
            if changed["Powered"] != nil {
                tellAdapters()
                search.adapters[path] = nil
            }
            updateSearch()
        case BluetoothObjects.battery: tellBattery(path)
        default: break
        }
    }

    func link(at address: String) -> BluetoothLink? {
        links.values.first { $0.order.address == address }
    }

    /// Tells the charge, where the device is open and shows one.
    func tellBattery(_ path: String) {
        guard
            let percent = objects[path, BluetoothObjects.battery]?["Percentage"]?.integer,
            let device = objects.device(path), let link = link(at: device.address), link.isOpen
        else { return }
        notify(.battery(id: link.order.id, percent: percent))
    }

    /// Tells the adapters and, if need be, why none can be used.
    func tellAdapters(trouble: String? = nil) {
        let adapters = objects.adapters.map(\.adapter)
        var words = trouble
        if words == nil, adapters.isEmpty {
            words =
                "there is no Bluetooth adapter: plug one in, or free it (rfkill unblock bluetooth)"
        } else if words == nil, !adapters.contains(where: \.isPowered) {
            words =
                "the Bluetooth adapter is switched off: switch it on (bluetoothctl power on; "
                + "rfkill unblock bluetooth)"
        }
        notify(.adapters(adapters, trouble: words))
    }
}
