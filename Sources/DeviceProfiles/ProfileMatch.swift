/// One way to recognise a device, by its udev properties or by what it advertises.
public struct ProfileMatch: Hashable, Sendable {
    /// Properties (`ID_VENDOR_ID`, `ID_MODEL_ID`, `ID_SERIAL_SHORT`, …) that must all be there with
    /// these values. A `*` at the end of a value stands for anything.
    public var properties: [String: String]
    /// Whether these name only a bridge or a kind of device (CH340, CP210x, FTDI, Arduino, any
    /// keyboard). Such a match makes a suggestion, and never opens the device by itself: opening
    /// a port resets many boards. The station's settings bind the device.
    public var isGeneric: Bool

    /// What a Bluetooth LE device advertises; nil for what udev shows.
    public var bluetooth: BluetoothMatch?

    public init(
        properties: [String: String], isGeneric: Bool, bluetooth: BluetoothMatch? = nil
    ) {
        self.properties = properties
        self.bluetooth = bluetooth
        self.isGeneric = isGeneric
    }

    /// Whether all properties are there.
    public func matches(_ device: [String: String]) -> Bool {
        guard !properties.isEmpty else { return false }
        return properties.allSatisfy { name, wanted in
            guard let found = device[name] else { return false }
            return wanted.hasSuffix("*") ? found.hasPrefix(wanted.dropLast()) : found == wanted
        }
    }
}

/// How well a profile fits a device.
public enum MatchStrength: Int, Hashable, Sendable, Comparable {
    /// Nothing speaks for it.
    case none
    /// The bridge or the kind of device is right: a suggestion for the station's settings.
    case generic
    /// The device is recognised and may be opened without being named.
    case exact

    public static func < (left: MatchStrength, right: MatchStrength) -> Bool {
        left.rawValue < right.rawValue
    }
}
