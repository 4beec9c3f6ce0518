import CSystemCalls
import Glibc
import LinuxDevices
import SystemCalls
import TestSupport
import Testing

@Suite("Serial ports, on pseudo-terminals")
struct SerialPortTests {
    /// The two sides of a pseudo-terminal, as it is before anybody set it up.
    private struct Terminal: ~Copyable {
        let master: FileDescriptor
        let path: String

        init() throws {
            var master: Int32 = -1
            var slave: Int32 = -1
            unsafe #expect(openpty(&master, &slave, nil, nil, nil) == 0)
            self.master = FileDescriptor(owning: master)
            var name = [CChar](repeating: 0, count: 256)
            unsafe #expect(ttyname_r(slave, &name, name.count) == 0)
            path = unsafe name.withUnsafeBufferPointer { unsafe String(cString: $0.baseAddress!) }
            close(slave)
            // The tests read what is there, and never wait for ever for what is not.
            _ = attune_fcntl_integer(master, F_SETFL, O_NONBLOCK)
        }
    }

    /// Reads until so many bytes came, or nothing for a second.
    private func read(_ descriptor: Int32, _ count: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while bytes.count < count {
            var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            guard unsafe poll(&waiting, 1, 1000) == 1 else { break }
            // The buffer is as large as it says.
            let got = unsafe Glibc.read(descriptor, &buffer, buffer.count)
            guard got > 0 else { break }
            bytes += buffer[0..<got]
        }
        return bytes
    }

    private let allBytes = (0...255).map { UInt8($0) }

    @Test("All 256 byte values pass both ways, unchanged, at once")
    func eightBitClean() throws {
        let terminal = try Terminal()
        let port = try SerialPort.open(terminal.path, SerialLineSettings(), resuming: false)
        try FileSystem.writeAll(allBytes, to: terminal.master.number)
        #expect(read(port.number, 256) == allBytes)
        try FileSystem.writeAll(allBytes, to: port.number)
        #expect(read(terminal.master.number, 256) == allBytes)
        // A single byte needs no newline, and nothing is echoed.
        try FileSystem.writeAll([65], to: terminal.master.number)
        #expect(read(port.number, 1) == [65])
        var waiting = pollfd(fd: terminal.master.number, events: Int16(POLLIN), revents: 0)
        unsafe #expect(poll(&waiting, 1, 0) == 0)
    }

    @Test("Not blocking, closed on exec, no controlling terminal, no hang-up, not exclusive")
    func flags() throws {
        let terminal = try Terminal()
        let port = try SerialPort.open(
            terminal.path, SerialLineSettings(baud: 9600, stopBits: 2), resuming: false)
        #expect(attune_fcntl_integer(port.number, F_GETFL, 0) & O_NONBLOCK != 0)
        #expect(attune_fcntl_integer(port.number, F_GETFD, 0) & FD_CLOEXEC != 0)
        var line = termios()
        unsafe #expect(tcgetattr(port.number, &line) == 0)
        #expect(line.c_cflag & tcflag_t(HUPCL) == 0)
        #expect(line.c_cflag & tcflag_t(CLOCAL) != 0 && line.c_cflag & tcflag_t(CREAD) != 0)
        #expect(line.c_cflag & tcflag_t(CSTOPB) != 0)
        #expect(line.c_iflag & tcflag_t(IXON | IXOFF | ICRNL | ISTRIP | PARMRK) == 0)
        #expect(line.c_oflag & tcflag_t(OPOST) == 0)
        unsafe #expect(cfgetospeed(&line) == speed_t(B9600))
        var exclusive: Int32 = 1
        // TIOCGEXCL (asm-generic/ioctls.h); the tests that run as root would not notice EBUSY.
        unsafe #expect(attune_ioctl_pointer(port.number, 0x8004_5440, &exclusive) == 0)
        #expect(exclusive == 0)
        #expect(SerialPort.errorCounts(port.number) == nil)
    }

    @Test("Resuming keeps what waits; starting throws it away")
    func resuming() throws {
        let terminal = try Terminal()
        do { _ = try SerialPort.open(terminal.path, SerialLineSettings(), resuming: false) }
        try FileSystem.writeAll(allBytes, to: terminal.master.number)
        let resumed = try SerialPort.open(terminal.path, SerialLineSettings(), resuming: true)
        #expect(read(resumed.number, 256) == allBytes)
        try FileSystem.writeAll(allBytes, to: terminal.master.number)
        var waiting = pollfd(fd: resumed.number, events: Int16(POLLIN), revents: 0)
        unsafe #expect(poll(&waiting, 1, 1000) == 1)
        let started = try SerialPort.open(terminal.path, SerialLineSettings(), resuming: false)
        try FileSystem.writeAll([7], to: terminal.master.number)
        #expect(read(started.number, 1) == [7])
    }

    @Test(
        "What cannot be opened says what to do",
        arguments: [
            ("/nonexistent/ttyUSB0", DeviceError.Code.notFound, "plug it in"),
            ("/dev/null", .wrongKind, "is not a serial port"),
        ])
    func unusable(path: String, code: DeviceError.Code, says: String) {
        let error = #expect(throws: DeviceError.self) {
            _ = try SerialPort.open(path, SerialLineSettings(), resuming: false)
        }
        #expect(error?.code == code)
        #expect(error?.description.contains(path) == true)
        #expect(error?.description.contains(says) == true)
    }

    @Test("A port of another user's says which group helps")
    func permission() throws {
        let terminal = try Terminal()
        unsafe #expect(chmod(terminal.path, 0) == 0)
        let path = terminal.path
        let error = try UnprivilegedUser.run { () -> DeviceError? in
            do throws(DeviceError) {
                _ = try SerialPort.open(path, SerialLineSettings(), resuming: false)
                return nil
            } catch {
                return error
            }
        }
        #expect(error?.code == .permissionDenied)
        #expect(error?.message.contains("dialout") == true)
        #expect(error?.cause?.code == EACCES)
    }

    @Test("Settings that no port has are refused by name")
    func settings() throws {
        let terminal = try Terminal()
        let path = terminal.path
        let wrong = [
            (SerialLineSettings(baud: 12345), "12345"), (SerialLineSettings(baud: -1), "-1"),
            (SerialLineSettings(dataBits: 9), "9 data bits"),
            (SerialLineSettings(stopBits: 3), "3 stop bits"),
        ]
        for (settings, says) in wrong {
            let error = #expect(throws: DeviceError.self) {
                _ = try SerialPort.open(path, settings, resuming: false)
            }
            #expect(error?.code == .unsupportedSetting)
            #expect(error?.message.contains(says) == true)
        }
    }
}
