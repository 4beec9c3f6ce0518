/// What is to be looked for.
public enum BluetoothWanted: Hashable, Sendable {
    /// One device, by its address (`A0:9E:1A:00:00:01`, in either case).
    case address(String)
    /// Any device that shows all of what is given. In `name` a `*` at the end stands for anything;
    /// services are long UUIDs in lower case. What gives nothing at all fits nothing.
    case match(name: String? = nil, services: [String] = [], manufacturer: UInt16? = nil)
    /// Every device, classic Bluetooth included; for choosing one, not while something records.
    case anything

    /// Whether a device is meant.
    public func fits(_ device: BluetoothFound) -> Bool {
        switch self {
        case .anything: return true
        case .address(let address): return address.uppercased() == device.address
        case .match(let name, let services, let manufacturer):
            guard name != nil || !services.isEmpty || manufacturer != nil else { return false }
            if let name {
                guard let found = device.name else { return false }
                guard name.hasSuffix("*") ? found.hasPrefix(name.dropLast()) : found == name else {
                    return false
                }
            }
            if let manufacturer, !device.manufacturers.contains(manufacturer) { return false }
            return services.allSatisfy { device.services.contains($0.lowercased()) }
        }
    }
}
