import Glibc
import SystemCalls

/// Tells when somebody opens a file (inotify), so that a virtual board can start when its port is
/// opened, as a real one does.
///
/// Openings by whoever made the watch before it was made do not count.
final class OpeningWatch: Sendable {
    private let descriptor: FileDescriptor

    init(path: String) throws(SystemError) {
        descriptor = FileDescriptor(
            owning: try systemCall("inotify_init1") {
                inotify_init1(Int32(IN_CLOEXEC) | Int32(IN_NONBLOCK))
            })
        try systemCall("inotify_add_watch", path) {
            unsafe inotify_add_watch(descriptor.number, path, UInt32(IN_OPEN))
        }
    }

    /// Readable when somebody has opened the file; owned by this value.
    var number: Int32 { descriptor.number }

    /// Takes the waiting news.
    /// - Returns: whether somebody has opened the file since the last call.
    func takeOpenings() -> Bool {
        var opened = false
        var buffer: [UInt8] = Array(repeating: 0, count: 4096)
        while true {
            // Events of one watched file: only that there are some matters, not what they say.
            let count = unsafe buffer.withUnsafeMutableBytes {
                unsafe read(descriptor.number, $0.baseAddress, $0.count)
            }
            guard count > 0 else { return opened }
            opened = true
        }
    }
}
