import Glibc
import SystemCalls

/// A device, the device manager or the service manager that could not be used: what kind of
/// trouble, what to do about it, and the kernel's reason where there is one.
public struct DeviceError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The kinds of trouble that callers tell apart.
    public enum Code: String, Sendable, CaseIterable {
        /// Nothing is there: not plugged in, or the path is misspelt.
        case notFound
        /// This user may not open it.
        case permissionDenied
        /// Another program holds it.
        case busy
        /// It was there and went away.
        case disconnected
        /// It is another kind of device than was asked for.
        case wrongKind
        /// A setting that this device or system cannot have.
        case unsupportedSetting
        /// The device cannot be kept from telling more than is allowed; it is not recorded.
        case privacyRefused
        /// The device's events cannot be put on the station's clock; it is not recorded.
        case clockRefused
        /// A source for demos and tests, where only real devices are allowed.
        case testSourceRefused
        /// A service of the system (udev, D-Bus, logind) is not there.
        case serviceUnavailable
        /// A service of the system did not answer in time.
        case timedOut
        /// Anything else; `cause` says what.
        case failed
    }

    /// The kind of trouble.
    public let code: Code
    /// What happened and what to do about it, for a person.
    public let message: String
    /// The kernel's reason, where it was a system call that failed.
    public let cause: SystemError?

    public init(code: Code, message: String, cause: SystemError? = nil) {
        self.code = code
        self.message = message
        self.cause = cause
    }

    public var description: String {
        guard let cause else { return message }
        return "\(message) (\(cause))"
    }

    /// The error for a device node that could not be opened.
    /// - Parameter group: the group whose members may open such a device.
    static func opening(_ path: String, _ cause: SystemError, group: String) -> DeviceError {
        switch cause.code {
        case ENOENT, ENOTDIR:
            return DeviceError(
                code: .notFound,
                message: "there is no device at \(path): plug it in, or correct the path",
                cause: cause)
        case ENXIO, ENODEV, EIO:
            return DeviceError(
                code: .disconnected,
                message: "nothing answers behind \(path): plug the device in again", cause: cause)
        case EACCES, EPERM:
            return DeviceError(
                code: .permissionDenied,
                message: "this user may not open \(path): add the user to group '\(group)' "
                    + "(usermod -aG \(group) USER) and log in again",
                cause: cause)
        case EBUSY:
            return DeviceError(
                code: .busy,
                message: "another program uses \(path): close it and try again", cause: cause)
        default:
            return DeviceError(code: .failed, message: "cannot open \(path)", cause: cause)
        }
    }
}
