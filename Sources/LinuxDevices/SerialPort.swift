import CSystemCalls
import Glibc
import SystemCalls

/// Serial ports: USB serial adapters, on-board ports, and pseudo-terminals that stand in for them.
public enum SerialPort {
    /// Opens a port raw and 8-bit clean, without flow control, not blocking and close-on-exec.
    ///
    /// The line is not hung up when the descriptor closes, so that a board does not reset when the
    /// daemon restarts. Control thread: opening some adapters takes milliseconds.
    /// - Parameter resuming: true keeps what already waits in the kernel (after a restart); false
    ///   throws it away, since it is older than the session.
    public static func open(
        _ path: String, _ settings: SerialLineSettings, resuming: Bool
    ) throws(DeviceError) -> FileDescriptor {
        let speed = try speedConstant(settings, path)
        let port = try DeviceNode.open(
            path, flags: O_RDWR | O_NOCTTY | O_NONBLOCK, group: "dialout")
        guard isatty(port.number) == 1 else {
            throw DeviceError(
                code: .wrongKind,
                message: "\(path) is not a serial port: name one such as /dev/ttyUSB0 or one of "
                    + "/dev/serial/by-id")
        }
        let isPseudoTerminal = isPseudoTerminal(port.number)
        do throws(SystemError) {
            // On a pseudo-terminal exclusive use would outlive a killed daemon as long as the
            // other side stays, and the restarted daemon, which is not root, could not open it.
            if !isPseudoTerminal {
                try systemCall("ioctl TIOCEXCL", path) { attune_serial_exclusive(port.number) }
            }
            try configure(port.number, settings, speed, path)
            if !resuming {
                try systemCall("tcflush", path) { tcflush(port.number, TCIOFLUSH) }
            }
        } catch {
            throw .opening(path, error, group: "dialout")
        }
        try verify(port.number, settings, speed, path, isPseudoTerminal: isPseudoTerminal)
        // An FTDI adapter hands over every 16 ms by default, and every 1 ms with this. Drivers
        // without the setting refuse it, and then there is nothing to shorten.
        _ = attune_serial_low_latency(port.number)
        return port
    }

    /// Looks whether a port that is open already has these settings; changes nothing of it, so that what
    /// waits in the kernel stays there. Any thread.
    public static func check(
        _ descriptor: Int32, _ settings: SerialLineSettings, _ path: String
    ) throws(DeviceError) {
        let speed = try speedConstant(settings, path)
        guard isatty(descriptor) == 1 else {
            throw DeviceError(code: .disconnected, message: "\(path) has hung up")
        }
        try verify(
            descriptor, settings, speed, path, isPseudoTerminal: isPseudoTerminal(descriptor))
    }

    /// What the driver counted as gone wrong; nil for ports that do not count (pseudo-terminals).
    /// Any thread.
    public static func errorCounts(_ descriptor: Int32) -> SerialErrorCounts? {
        unsafe withUnsafeTemporaryAllocation(of: Int32.self, capacity: 4) { counts in
            // The call fills all four where it succeeds.
            guard unsafe attune_serial_error_counts(descriptor, counts.baseAddress) == 0 else {
                return nil
            }
            return unsafe SerialErrorCounts(
                overruns: Int(counts[0]), framingErrors: Int(counts[1]),
                parityErrors: Int(counts[2]), bufferOverruns: Int(counts[3]))
        }
    }

    private static func speedConstant(
        _ settings: SerialLineSettings, _ path: String
    ) throws(DeviceError) -> speed_t {
        let speed = attune_serial_speed(UInt32(clamping: settings.baud))
        guard speed != 0 else {
            throw DeviceError(
                code: .unsupportedSetting,
                message: "\(path): \(settings.baud) is not a speed of serial ports; use one such "
                    + "as 9600, 57600, 115200 or 921600")
        }
        guard (5...8).contains(settings.dataBits) else {
            throw DeviceError(
                code: .unsupportedSetting,
                message: "\(path): \(settings.dataBits) data bits are not possible; use 5 to 8")
        }
        guard (1...2).contains(settings.stopBits) else {
            throw DeviceError(
                code: .unsupportedSetting,
                message: "\(path): \(settings.stopBits) stop bits are not possible; use 1 or 2")
        }
        return speed
    }

    private static func configure(
        _ port: Int32, _ settings: SerialLineSettings, _ speed: speed_t, _ path: String
    ) throws(SystemError) {
        var line = termios()
        try systemCall("tcgetattr", path) { unsafe tcgetattr(port, &line) }
        unsafe cfmakeraw(&line)
        line.c_iflag &= ~tcflag_t(IXON | IXOFF | IXANY)
        line.c_cflag &= ~(controlBits | tcflag_t(HUPCL) | tcflag_t(CRTSCTS))
        line.c_cflag |= tcflag_t(CLOCAL | CREAD) | control(settings)
        // One byte is enough for a read to return, and no timer runs.
        unsafe withUnsafeMutableBytes(of: &line.c_cc) {
            // Both are below NCCS, the size of this array.
            unsafe $0[Int(VMIN)] = 1
            unsafe $0[Int(VTIME)] = 0
        }
        unsafe cfsetispeed(&line, speed)
        unsafe cfsetospeed(&line, speed)
        try systemCall("tcsetattr", path) { unsafe tcsetattr(port, TCSANOW, &line) }
    }

    /// `tcsetattr` succeeds if it could do anything at all; so look at what it did.
    private static func verify(
        _ port: Int32, _ settings: SerialLineSettings, _ speed: speed_t, _ path: String,
        isPseudoTerminal: Bool
    ) throws(DeviceError) {
        var line = termios()
        guard unsafe tcgetattr(port, &line) == 0 else {
            throw .opening(
                path, SystemError(code: errno, call: "tcgetattr", subject: path),
                group: "dialout")
        }
        let isSpeed = unsafe cfgetispeed(&line) == speed && cfgetospeed(&line) == speed
        let isRaw = line.c_lflag & tcflag_t(ICANON | ECHO | ISIG) == 0
        // A pseudo-terminal has no line: it always has eight bits and no parity.
        let isLine = isPseudoTerminal || line.c_cflag & controlBits == control(settings)
        guard isSpeed, isRaw, isLine else {
            throw DeviceError(
                code: .unsupportedSetting,
                message: "\(path) does not take \(settings.baud) baud, \(settings.dataBits) data "
                    + "bits, parity \(settings.parity.rawValue), \(settings.stopBits) stop bits: "
                    + "correct the device's profile, or use another adapter")
        }
    }

    private static let controlBits = tcflag_t(CSIZE | PARENB | PARODD | CSTOPB)

    private static func control(_ settings: SerialLineSettings) -> tcflag_t {
        var bits: Int32 =
            switch settings.dataBits {
            case 5: CS5
            case 6: CS6
            case 7: CS7
            default: CS8
            }
        switch settings.parity {
        case .none: break
        case .even: bits |= PARENB
        case .odd: bits |= PARENB | PARODD
        }
        if settings.stopBits == 2 { bits |= CSTOPB }
        return tcflag_t(bits)
    }

    /// Whether a descriptor is a pseudo-terminal's device side.
    static func isPseudoTerminal(_ descriptor: Int32) -> Bool {
        attune_is_pseudo_terminal(descriptor) == 1
    }
}
