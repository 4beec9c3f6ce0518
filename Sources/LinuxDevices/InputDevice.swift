import CSystemCalls
import Glibc
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
        do throws(SystemError) {
            try systemCall("ioctl EVIOCREVOKE") {
                attune_ioctl_integer(descriptor, attune_eviocrevoke, 0)
            }
        } catch {
            throw DeviceError(
                code: .failed,
                message: "the input device cannot be revoked: close it instead", cause: error)
        }
    }

    /// Opens an event device such as `/dev/input/event3`. Control thread.
    ///
    /// Fails closed: where the clock or a mask cannot be set, nothing is opened. Other programs
    /// keep getting the device's events (it is never grabbed).
    public static func open(
        _ path: String, kind: InputDeviceKind, policy: InputPolicy = InputPolicy()
    ) throws(DeviceError) -> InputDevice {
        try open(path, kind: kind, policy: policy, kernel: LinuxInputKernel())
    }

    static func open(
        _ path: String, kind: InputDeviceKind, policy: InputPolicy, kernel: some InputKernel
    ) throws(DeviceError) -> InputDevice {
        let descriptor = try DeviceNode.open(
            path, flags: O_RDONLY | O_NONBLOCK, group: "input")
        // The clock first: changing it with events queued would lose them. Then the masks, before
        // anything is read.
        do throws(SystemError) {
            try kernel.setMonotonicClock(descriptor.number)
        } catch  where error.code == ENOTTY {
            throw wrongKind(path, "an input device: name one such as /dev/input/event3", error)
        } catch {
            throw DeviceError(
                code: .clockRefused,
                message: "\(path) is not recorded: its events cannot be put on the monotonic "
                    + "clock",
                cause: error)
        }
        do throws(SystemError) {
            for mask in InputMask.masks(kind: kind, policy: policy) {
                try kernel.setMask(descriptor.number, mask)
            }
        } catch {
            throw DeviceError(
                code: .privacyRefused,
                message: "\(path) is not recorded: the kernel cannot hold back what must not be "
                    + "read (event masks; Linux 4.4 or later has them)",
                cause: error)
        }
        let identification: InputIdentification
        do throws(SystemError) {
            identification = try kernel.identify(descriptor.number)
            // What was queued before the masks has passed none of them.
            try kernel.discardQueued(descriptor.number)
        } catch {
            throw .opening(path, error, group: "input")
        }
        let isRight =
            switch kind {
            case .keyboard: identification.isKeyboard
            case .pointer: identification.isPointer
            }
        guard isRight else {
            throw wrongKind(
                path, "a \(kind.rawValue): it calls itself '\(identification.name)'", nil)
        }
        return InputDevice(
            description: InputDescription(
                name: identification.name, identity: identification.identity,
                isKeyboard: identification.isKeyboard, isPointer: identification.isPointer,
                isOnMonotonicClock: true, isMasked: true, isTestSource: false),
            descriptor: descriptor)
    }

    /// Takes over a descriptor that was opened by `open` in an earlier process and stayed open: events that
    /// are queued in it stay there. Control thread.
    ///
    /// Fails closed as `open` does. Clock and masks belong to the open file and are as they were; they are
    /// set once more, which changes nothing where they are right, and loses what is queued where they are
    /// not (the kernel then tells of lost events).
    public static func adopt(
        _ descriptor: consuming FileDescriptor, _ path: String, kind: InputDeviceKind,
        policy: InputPolicy = InputPolicy()
    ) throws(DeviceError) -> InputDevice {
        try adopt(descriptor, path, kind: kind, policy: policy, kernel: LinuxInputKernel())
    }

    static func adopt(
        _ descriptor: consuming FileDescriptor, _ path: String, kind: InputDeviceKind,
        policy: InputPolicy, kernel: some InputKernel
    ) throws(DeviceError) -> InputDevice {
        let name: String
        let identity: String
        do throws(SystemError) {
            try kernel.setMonotonicClock(descriptor.number)
            for mask in InputMask.masks(kind: kind, policy: policy) {
                try kernel.setMask(descriptor.number, mask)
            }
            (name, identity) = try kernel.name(descriptor.number)
        } catch {
            throw DeviceError(
                code: .disconnected, message: "\(path) cannot be taken over", cause: error)
        }
        return InputDevice(
            description: InputDescription(
                name: name, identity: identity, isKeyboard: kind == .keyboard,
                isPointer: kind == .pointer, isOnMonotonicClock: true, isMasked: true,
                isTestSource: false),
            descriptor: descriptor)
    }

    private static func wrongKind(
        _ path: String, _ what: String, _ cause: SystemError?
    ) -> DeviceError {
        DeviceError(code: .wrongKind, message: "\(path) is not \(what)", cause: cause)
    }
}
