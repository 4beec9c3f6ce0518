/// How a Bluetooth LE device is reached once it is connected: the characteristics that matter.
public struct BluetoothSettings: Hashable, Sendable {
    /// In the file's order; packets and writes name them by their index.
    public var characteristics: [BluetoothCharacteristic]

    public init(characteristics: [BluetoothCharacteristic]) {
        self.characteristics = characteristics
    }

    public func index(named name: String) -> Int? {
        characteristics.firstIndex { $0.name == name }
    }
}

/// One characteristic of a GATT service.
public struct BluetoothCharacteristic: Hashable, Sendable {
    /// How its notifications are asked for.
    public enum Subscription: String, Hashable, Sendable, Codable, CaseIterable {
        /// Not at all: it is only written or read.
        case none
        /// BlueZ's StartNotify, for notifications and indications: the default.
        case notify
        /// BlueZ's AcquireNotify: a socket of its own, for high rates. Falls back to `notify`.
        case acquire
    }

    public var name: String
    /// 128 bits in lower case, `0000180d-0000-1000-8000-00805f9b34fb`.
    public var uuid: String
    public var subscription: Subscription
    /// Whether a device without it is used all the same.
    public var isOptional: Bool

    public init(
        name: String, uuid: String, subscription: Subscription = .none, isOptional: Bool = false
    ) {
        self.name = name
        self.uuid = uuid
        self.subscription = subscription
        self.isOptional = isOptional
    }

    /// A UUID of 4, 8 or 32 hexadecimal digits in its long form; nil where it is none.
    public static func longUUID(_ text: String) -> String? {
        let base = "-0000-1000-8000-00805f9b34fb"
        let lower = text.lowercased()
        let isHex = lower.utf8.allSatisfy {
            (48...57).contains($0) || (97...102).contains($0) || $0 == 45
        }
        guard isHex else { return nil }
        switch lower.utf8.count {
        case 4: return lower.contains("-") ? nil : "0000\(lower)\(base)"
        case 8: return lower.contains("-") ? nil : lower + base
        case 36:
            let parts = lower.split(separator: "-", omittingEmptySubsequences: false)
            return parts.map(\.utf8.count) == [8, 4, 4, 4, 12] ? lower : nil
        default: return nil
        }
    }
}

/// What a Bluetooth LE device shows of itself before it is connected.
public struct BluetoothMatch: Hashable, Sendable {
    /// The advertised name; a `*` at the end stands for anything. Nil: any.
    public var name: String?
    /// Services that must all be advertised, in the long form.
    public var services: [String]
    /// The company's number in the manufacturer's data. Nil: any.
    public var manufacturer: UInt16?

    public init(name: String? = nil, services: [String] = [], manufacturer: UInt16? = nil) {
        self.name = name
        self.services = services
        self.manufacturer = manufacturer
    }

    /// Whether a device that advertises this is meant. What names nothing at all fits nothing.
    public func matches(name found: String?, services advertised: [String], manufacturers: [UInt16])
        -> Bool
    {
        guard name != nil || !services.isEmpty || manufacturer != nil else { return false }
        if let name {
            guard let found else { return false }
            guard name.hasSuffix("*") ? found.hasPrefix(name.dropLast()) : found == name else {
                return false
            }
        }
        if let manufacturer, !manufacturers.contains(manufacturer) { return false }
        let known = Set(advertised.map { $0.lowercased() })
        return services.allSatisfy(known.contains)
    }
}
