import SystemCalls

/// An open keyboard or pointer, ready for the acquisition thread: on the station's clock, masked,
/// and drained of what was queued before.
public struct InputDevice: ~Copyable, Sendable {
    /// What it is.
    public let description: InputDescription
    private let descriptor: FileDescriptor

    init(description: InputDescription, descriptor: consuming FileDescriptor) {
        self.description = description
        self.descriptor = descriptor
    }

    /// The descriptor's number, not blocking; owned by this value.
    public var number: Int32 { descriptor.number }

    /// Gives the descriptor away; the device stays open as long as that lives.
    public consuming func takeDescriptor() -> FileDescriptor { descriptor }

    /// Takes the device away from this descriptor for good (EVIOCREVOKE): not one event more can be
    /// read from it, whoever holds a copy. For a pause; to resume, open the device again.
    public static func revoke(_ descriptor: Int32) throws(DeviceError) {
        throw DeviceError(code: .failed, message: "not built yet")
    }

    /// Opens an event device such as `/dev/input/event3`. Control thread.
    ///
    /// Fails closed: where the clock or a mask cannot be set, nothing is opened.
    public static func open(
        _ path: String, kind: InputDeviceKind, policy: InputPolicy = InputPolicy()
    ) throws(DeviceError) -> InputDevice {
        throw DeviceError(code: .failed, message: "not built yet")
    }
}
