import CSystemCalls
import Glibc
import ServiceManagement
import SystemCalls

/// The devices' descriptors that a daemon which fell left with the service manager, until each device has
/// taken its own. They stayed open all the while, so that what the devices sent waits in the kernel.
///
/// Control thread.
final class KeptDescriptors {
    private var waiting: [String: FileDescriptorBox] = [:]

    private final class FileDescriptorBox {
        var descriptor: FileDescriptor?
        init(_ descriptor: consuming FileDescriptor) { self.descriptor = consume descriptor }
    }

    /// - Parameter inherited: all of this process; those that were stored for devices are taken, and
    ///   those of them that are dead are closed at once.
    init(_ inherited: [InheritedDescriptor]) {
        for entry in inherited where DescriptorName.isDevice(entry.name) {
            let descriptor = FileDescriptor(owning: entry.number)
            if Self.isAlive(descriptor.number) {
                waiting[entry.name] = FileDescriptorBox(descriptor)
            }
        }
    }

    /// Whether a live one waits.
    func has(_ name: String) -> Bool { waiting[name] != nil }

    /// Hands one over; nil where there is none.
    func take(_ name: String) -> FileDescriptor? {
        guard let box = waiting.removeValue(forKey: name) else { return nil }
        return box.descriptor.take()
    }

    /// Closes what nobody has taken: devices that the settings no longer name, or that may not be read.
    /// - Returns: their names, for the service manager to close its own copies.
    func closeRest() -> [String] {
        let names = waiting.keys.sorted()
        waiting = [:]
        return names
    }

    /// Whether the device is still there: one that was unplugged has hung up.
    static func isAlive(_ number: Int32) -> Bool {
        var entry = pollfd(fd: number, events: Int16(POLLIN), revents: 0)
        // One entry, of this function's own.
        let result = unsafe poll(&entry, 1, 0)
        return result >= 0 && Int32(entry.revents) & (POLLHUP | POLLERR | POLLNVAL) == 0
    }

    /// Whether a descriptor is of what stands at a path now: the same device of the kernel's, or the same
    /// FIFO.
    static func isSame(_ number: Int32, _ path: String) -> Bool {
        var own = stat()
        var other = stat()
        // Both are this function's own; the path is read within the call.
        guard unsafe fstat(number, &own) == 0, unsafe stat(path, &other) == 0,
            own.st_mode & S_IFMT == other.st_mode & S_IFMT
        else { return false }
        if own.st_mode & S_IFMT == S_IFCHR { return own.st_rdev == other.st_rdev }
        return own.st_dev == other.st_dev && own.st_ino == other.st_ino
    }

    /// Bytes that a terminal holds for a program that does not read, less those from which on the kernel
    /// tells a serial port to stop (N_TTY_BUF_SIZE and TTY_THRESHOLD_THROTTLE, drivers/tty/n_tty.c).
    private static let fullTerminal: Int32 = 4096 - 128

    /// Whether a serial port's buffer ran full while nobody read, so that bytes may be missing. Who
    /// writes into a pseudo-terminal is made to wait, and loses nothing.
    static func mayHaveOverflowed(_ number: Int32) -> Bool {
        attune_is_pseudo_terminal(number) != 1 && attune_unread_bytes(number) >= fullTerminal
    }
}
