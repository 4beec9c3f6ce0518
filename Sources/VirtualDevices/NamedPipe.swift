import CSystemCalls
import Glibc
import SystemCalls

/// A named pipe that a virtual keyboard writes to.
///
/// It is open for reading here too, so that the writer needs no reader and never gets SIGPIPE. Writes
/// of up to 4096 bytes are taken whole or not at all.
public final class NamedPipe: DeviceEndpoint {
    /// Where the pipe stands.
    public let path: String
    private let descriptor: FileDescriptor
    let openings: OpeningWatch?

    /// Makes a pipe; one that is there is replaced, any other file is left alone and is an error.
    public init(path: String) throws(VirtualDeviceError) {
        self.path = path
        do throws(SystemError) {
            var status = stat()
            if unsafe lstat(path, &status) == 0 {
                guard status.st_mode & S_IFMT == S_IFIFO else {
                    throw SystemError(code: EEXIST, call: "mkfifo", subject: path)
                }
                try FileSystem.remove(path)
            }
            try systemCall("mkfifo", path) { unsafe mkfifo(path, 0o600) }
            descriptor = try FileDescriptor(opening: path, flags: O_RDWR | O_NONBLOCK)
            openings = try OpeningWatch(path: path)
        } catch {
            throw VirtualDeviceError(
                .endpoint, "The pipe \(path) could not be made; is its directory there and yours?",
                cause: error)
        }
    }

    deinit { unlink() }

    var commandDescriptor: Int32 { -1 }

    func write(_ bytes: [UInt8], from offset: Int) throws(VirtualDeviceError) -> Int {
        do throws(SystemError) {
            let count = try nonBlockingSystemCall("write", path) {
                // The range stays inside the array, which is not changed during the call.
                unsafe bytes.withUnsafeBytes {
                    let rest = unsafe UnsafeRawBufferPointer(rebasing: $0.dropFirst(offset))
                    return unsafe Glibc.write(descriptor.number, rest.baseAddress, rest.count)
                }
            }
            return count ?? 0
        } catch {
            throw VirtualDeviceError(
                .endpoint, "The virtual device could not write to \(path).", cause: error)
        }
    }

    func readCommands(into commands: inout [UInt8]) throws(VirtualDeviceError) {}

    var unread: Int { Int(max(0, attune_unread_bytes(descriptor.number))) }

    func unlink() { _ = unsafe Glibc.unlink(path) }
}
