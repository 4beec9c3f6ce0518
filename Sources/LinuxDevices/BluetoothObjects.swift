/// BlueZ's objects as its signals describe them: adapters, devices, characteristics, batteries.
struct BluetoothObjects {
    static let adapter = "org.bluez.Adapter1"
    static let device = "org.bluez.Device1"
    static let characteristic = "org.bluez.GattCharacteristic1"
    static let battery = "org.bluez.Battery1"
    private static let known: Set<String> = [adapter, device, characteristic, battery]

    private var objects: [String: [String: [String: BusValue]]] = [:]

    /// Takes over the answer of GetManagedObjects.
    init(_ answer: BusValue? = nil) {
        for case .structure(let entry) in answer?.members ?? [] where entry.count == 2 {
            if let path = entry[0].text { add(path, entry[1]) }
        }
    }

    /// Interfaces that an object has, new or once more: `a{sa{sv}}`.
    mutating func add(_ path: String, _ interfaces: BusValue) {
        for case .structure(let entry) in interfaces.members ?? [] where entry.count == 2 {
            guard let name = entry[0].text, Self.known.contains(name) else { continue }
            var properties = entry[1].properties ?? [:]
            properties["Value"] = nil
            objects[path, default: [:]][name] = properties
        }
    }

    mutating func remove(_ path: String, _ interfaces: [String]) {
        for name in interfaces { objects[path]?[name] = nil }
        if objects[path]?.isEmpty == true { objects[path] = nil }
    }

    mutating func change(
        _ path: String, _ interface: String, _ changed: [String: BusValue], _ invalid: [String]
    ) {
        guard objects[path]?[interface] != nil else { return }
        for (key, value) in changed where key != "Value" {
            objects[path]?[interface]?[key] = value
        }
        for key in invalid { objects[path]?[interface]?[key] = nil }
    }

    subscript(_ path: String, _ interface: String) -> [String: BusValue]? {
        objects[path]?[interface]
    }

    /// The paths of all objects with an interface, sorted.
    func paths(_ interface: String) -> [String] {
        objects.compactMap { $1[interface] == nil ? nil : $0 }.sorted()
    }

    var adapters: [(path: String, adapter: BluetoothAdapter)] {
        paths(Self.adapter).map { path in
            let properties = self[path, Self.adapter] ?? [:]
            return (
                path,
                BluetoothAdapter(
                    name: String(path.split(separator: "/").last ?? ""),
                    address: properties["Address"]?.text ?? "",
                    isPowered: properties["Powered"]?.bool ?? false)
            )
        }
    }

    /// A device as it shows itself.
    func device(_ path: String) -> BluetoothFound? {
        guard let properties = self[path, Self.device],
            let address = properties["Address"]?.text?.uppercased()
        else { return nil }
        let makers = (properties["ManufacturerData"]?.members ?? []).compactMap {
            $0.members?.first?.integer.flatMap { UInt16(exactly: $0) }
        }
        return BluetoothFound(
            address: address, name: properties["Name"]?.text,
            services: (properties["UUIDs"]?.texts ?? []).map { $0.lowercased() },
            manufacturers: makers.sorted(), rssi: properties["RSSI"]?.integer,
            isConnected: properties["Connected"]?.bool ?? false,
            isPaired: properties["Paired"]?.bool ?? false, path: path)
    }

    /// The object of a device. Where several adapters know it: that which it is connected through,
    /// or the one that hears it, or the first.
    func devicePath(address: String) -> String? {
        let all = paths(Self.device).compactMap { device($0) }.filter { $0.address == address }
        return (all.first { $0.isConnected } ?? all.first { $0.rssi != nil } ?? all.first)?.path
    }

    /// A device's characteristics: their paths and UUIDs, in the order of the device.
    func characteristics(of device: String) -> [(path: String, uuid: String, flags: [String])] {
        paths(Self.characteristic).filter { $0.hasPrefix(device + "/") }.map { path in
            let properties = self[path, Self.characteristic] ?? [:]
            return (
                path, (properties["UUID"]?.text ?? "").lowercased(),
                properties["Flags"]?.texts ?? []
            )
        }
    }
}
