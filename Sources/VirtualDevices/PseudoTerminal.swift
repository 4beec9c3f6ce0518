import CSystemCalls
import Glibc
import SystemCalls

/// A pseudo-terminal seen from the device's side: what is written here is read from `path`, as from a
/// serial port.
///
/// Both sides are raw. The other side is kept open here too, so that the device neither gets an error
/// nor loses what it wrote while no reader is there. With a link, the reader finds it under a stable
/// name. Calls never block; the last reference closes it, and a reader then sees the line hang up.
public final class PseudoTerminal: DeviceEndpoint {
    /// The path of the reader's side, such as `/dev/pts/4`.
    public let path: String
    /// The stable name that leads to it, if one was asked for.
    public let link: String?

    private let master: FileDescriptor
    private let slave: FileDescriptor
    let openings: OpeningWatch?

    /// Makes a pseudo-terminal.
    /// - Parameter link: a symbolic link to make to the reader's side; one that is there is replaced,
    ///   any other file is left alone and is an error.
    public init(link: String? = nil) throws(VirtualDeviceError) {
        self.link = link
        do throws(SystemError) {
            var name: [CChar] = Array(repeating: 0, count: 128)
            let master = FileDescriptor(
                owning: try systemCall("posix_openpt") {
                    // The buffer outlives the call, which writes at most its length.
                    unsafe name.withUnsafeMutableBufferPointer {
                        unsafe attune_open_pseudo_terminal($0.baseAddress, $0.count)
                    }
                })
            let path = String(
                decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            let slave = try FileDescriptor(opening: path, flags: O_RDWR | O_NOCTTY)
            // Both sides share one set of settings: without these the terminal would echo what it
            // gets and turn line ends into others.
            var settings = termios()
            try systemCall("tcgetattr", path) { unsafe tcgetattr(slave.number, &settings) }
            unsafe cfmakeraw(&settings)
            settings.c_cflag |= tcflag_t(CLOCAL | CREAD)
            try systemCall("tcsetattr", path) {
                unsafe tcsetattr(slave.number, TCSANOW, &settings)
            }
            openings = try OpeningWatch(path: path)
            if let link { try Self.place(link: link, to: path) }
            self.master = master
            self.slave = slave
            self.path = path
        } catch {
            throw VirtualDeviceError(
                .endpoint, "A pseudo-terminal could not be made; is /dev/pts mounted and writable?",
                cause: error)
        }
    }

    deinit { unlink() }

    var commandDescriptor: Int32 { master.number }

    /// Writes bytes from `offset` on, as many as there is room for.
    public func write(_ bytes: [UInt8], from offset: Int) throws(VirtualDeviceError) -> Int {
        do throws(SystemError) {
            let count = try nonBlockingSystemCall("write", path) {
                // The range stays inside the array, which is not changed during the call.
                unsafe bytes.withUnsafeBytes {
                    let rest = unsafe UnsafeRawBufferPointer(rebasing: $0.dropFirst(offset))
                    return unsafe Glibc.write(master.number, rest.baseAddress, rest.count)
                }
            }
            return count ?? 0
        } catch {
            throw VirtualDeviceError(
                .endpoint, "The virtual device could not write to \(path).", cause: error)
        }
    }

    /// Takes what the reader's side has sent and appends it.
    public func readCommands(into commands: inout [UInt8]) throws(VirtualDeviceError) {
        var buffer: [UInt8] = Array(repeating: 0, count: 256)
        do throws(SystemError) {
            while true {
                let count = try nonBlockingSystemCall("read", path) {
                    // The buffer outlives the call, which writes at most its length.
                    unsafe buffer.withUnsafeMutableBytes {
                        unsafe Glibc.read(master.number, $0.baseAddress, $0.count)
                    }
                }
                guard let count, count > 0 else { return }
                commands.append(contentsOf: buffer[0..<count])
            }
        } catch {
            throw VirtualDeviceError(
                .endpoint, "The virtual device could not read from \(path).", cause: error)
        }
    }

    /// Bytes in the terminal that nobody has read yet; at most 4095 of them are seen.
    public var unread: Int { Int(max(0, attune_unread_bytes(slave.number))) }

    func unlink() {
        guard let link else { return }
        // Somebody else may have put another device there since.
        if Self.target(of: link) == path { _ = unsafe Glibc.unlink(link) }
    }

    /// Puts the link in place in one step, so that a reader finds the old or the new one.
    private static func place(link: String, to path: String) throws(SystemError) {
        if FileSystem.exists(link), target(of: link) == nil {
            throw SystemError(code: EEXIST, call: "symlink", subject: link)
        }
        let beside = "\(link).\(getpid())"
        _ = unsafe Glibc.unlink(beside)
        try systemCall("symlink", beside) { unsafe symlink(path, beside) }
        try systemCall("rename", link) { unsafe rename(beside, link) }
    }

    private static func target(of link: String) -> String? {
        var buffer: [CChar] = Array(repeating: 0, count: 1024)
        let count = unsafe buffer.withUnsafeMutableBufferPointer {
            unsafe readlink(link, $0.baseAddress!, $0.count)
        }
        guard count > 0 else { return nil }
        return String(decoding: buffer.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
