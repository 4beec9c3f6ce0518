/// A device that BlueZ knows of, and what it shows of itself.
public struct BluetoothFound: Hashable, Sendable {
    /// In upper case, `A0:9E:1A:00:00:01`.
    public var address: String
    /// The advertised name; nil where it has not shown one.
    public var name: String?
    /// Long UUIDs in lower case: the advertised ones, and all of them once it was connected.
    public var services: [String]
    /// The companies' numbers in the manufacturer's data.
    public var manufacturers: [UInt16]
    /// Signal strength in dBm; nil where it was not heard since the search began (BlueZ also
    /// remembers devices that are far away).
    public var rssi: Int?
    public var isConnected: Bool
    public var isPaired: Bool
    /// BlueZ's object.
    public var path: String

    public init(
        address: String, name: String? = nil, services: [String] = [], manufacturers: [UInt16] = [],
        rssi: Int? = nil, isConnected: Bool = false, isPaired: Bool = false, path: String = ""
    ) {
        self.address = address
        self.name = name
        self.services = services
        self.manufacturers = manufacturers
        self.rssi = rssi
        self.isConnected = isConnected
        self.isPaired = isPaired
        self.path = path
    }
}

/// A Bluetooth adapter of this machine.
public struct BluetoothAdapter: Hashable, Sendable {
    /// Such as `hci0`.
    public var name: String
    public var address: String
    public var isPowered: Bool

    public init(name: String, address: String, isPowered: Bool) {
        self.name = name
        self.address = address
        self.isPowered = isPowered
    }
}

/// Who a connected device says it is: the Device Information service, where it has one.
public struct BluetoothIdentity: Hashable, Sendable {
    public var address: String
    public var name: String?
    public var maker: String?
    public var model: String?
    public var serial: String?
    public var firmware: String?

    public init(address: String, name: String? = nil) {
        self.address = address
        self.name = name
    }
}
