/// What travels over a virtual device's endpoint.
enum OutletStyle: Hashable, Sendable {
    /// A serial line's bytes.
    case bytes
    /// Bluetooth packets as lines of text (`BluetoothText`); an unplugged device is disconnected.
    case bluetooth
    /// UDP datagrams; an unplugged device is without power.
    case datagrams
}
