import SystemCalls

/// A stand-in for a keyboard or pointer in demos and tests: a FIFO or pseudo-terminal that carries
/// the bytes of `struct input_event` as a device would.
///
/// It has no masks and no clock of the kernel, so it is refused unless it is explicitly allowed.
public enum TestInputSource {
    /// Opens the source. A terminal is set raw.
    /// - Parameter isAllowed: whether the station was told to accept test sources.
    public static func open(
        _ path: String, kind: InputDeviceKind, isAllowed: Bool
    ) throws(DeviceError) -> InputDevice {
        throw DeviceError(code: .failed, message: "not built yet")
    }
}
