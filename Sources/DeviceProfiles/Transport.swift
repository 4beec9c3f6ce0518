/// The way bytes or events come from the device into this machine.
public enum Transport: Hashable, Sendable {
    /// A serial port: USB bridge, Bluetooth serial port, or a pty.
    case serial(SerialSettings)
    /// Bluetooth LE through BlueZ: packets of characteristics.
    case bluetooth(BluetoothSettings)
    /// A kernel input device read through evdev; it has no bytes to decode.
    case input(InputKind)
}

/// What sort of input device the kernel shows.
public enum InputKind: String, Hashable, Sendable, Codable, CaseIterable {
    case keyboard, pointer
}
