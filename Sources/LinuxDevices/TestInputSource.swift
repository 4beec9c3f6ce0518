import Glibc
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
        guard isAllowed else { throw refused(path, kind) }
        // Open for writing too, so that a FIFO does not end when its writer goes.
        let descriptor = try DeviceNode.open(
            path, flags: O_RDWR | O_NOCTTY | O_NONBLOCK, group: "input")
        do throws(SystemError) {
            var status = stat()
            try systemCall("fstat", path) { unsafe fstat(descriptor.number, &status) }
            let isFifo = status.st_mode & S_IFMT == S_IFIFO
            let isTerminal = SerialPort.isPseudoTerminal(descriptor.number)
            guard isFifo || isTerminal else {
                throw SystemError(code: ENOTTY, call: "isatty", subject: path)
            }
            if isTerminal { try setRaw(descriptor.number, path) }
            try discard(descriptor.number, path)
        } catch  where error.code == ENOTTY {
            throw DeviceError(
                code: .wrongKind,
                message: "\(path) is neither a FIFO nor a pseudo-terminal, and so no test source",
                cause: error)
        } catch {
            throw .opening(path, error, group: "input")
        }
        return device(path, kind, descriptor)
    }

    /// Takes over a source that stayed open; what waits in it is kept.
    /// - Parameter isAllowed: as for `open`.
    public static func adopt(
        _ descriptor: consuming FileDescriptor, _ path: String, kind: InputDeviceKind,
        isAllowed: Bool
    ) throws(DeviceError) -> InputDevice {
        guard isAllowed else { throw refused(path, kind) }
        return device(path, kind, descriptor)
    }

    private static func refused(_ path: String, _ kind: InputDeviceKind) -> DeviceError {
        DeviceError(
            code: .testSourceRefused,
            message: "\(path) is a test source and no real \(kind.rawValue): this station "
                + "records real devices only, unless it is started for a demo or a test")
    }

    private static func device(
        _ path: String, _ kind: InputDeviceKind, _ descriptor: consuming FileDescriptor
    ) -> InputDevice {
        InputDevice(
            description: InputDescription(
                name: "test source", identity: "test:\(path)", isKeyboard: kind == .keyboard,
                isPointer: kind == .pointer, isOnMonotonicClock: false, isMasked: false,
                isTestSource: true),
            descriptor: descriptor)
    }

    /// A keyboard keeps nothing for those who open it later, and so neither does its stand-in.
    private static func discard(_ descriptor: Int32, _ path: String) throws(SystemError) {
        var count: Int? = 1
        while let last = count, last > 0 {
            count = try nonBlockingSystemCall("read", path) {
                unsafe withUnsafeTemporaryAllocation(byteCount: 4096, alignment: 8) { buffer in
                    unsafe Glibc.read(descriptor, buffer.baseAddress, buffer.count)
                }
            }
        }
    }

    private static func setRaw(_ descriptor: Int32, _ path: String) throws(SystemError) {
        var line = termios()
        try systemCall("tcgetattr", path) { unsafe tcgetattr(descriptor, &line) }
        unsafe cfmakeraw(&line)
        try systemCall("tcsetattr", path) { unsafe tcsetattr(descriptor, TCSANOW, &line) }
    }
}
