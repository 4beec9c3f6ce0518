import CSystemCalls
import Glibc
import Synchronization
import SystemCalls

/// Signals as something to poll: the handler writes the signal's number into a pipe, which is one of
/// the few things that a handler may do.
final class Signals {
    // The handler has no context, so the pipe's end is global. Made before any handler is set.
    private static let writer = Atomic<Int32>(-1)
    private let reader: FileDescriptor
    private let ownWriter: FileDescriptor

    init(_ numbers: [Int32]) throws(SystemError) {
        var ends: [Int32] = [-1, -1]
        try systemCall("pipe") {
            unsafe ends.withUnsafeMutableBufferPointer {
                unsafe pipe($0.baseAddress)
            }
        }
        reader = FileDescriptor(owning: ends[0])
        ownWriter = FileDescriptor(owning: ends[1])
        for end in ends {
            try systemCall("fcntl") { attune_fcntl_integer(end, F_SETFL, O_NONBLOCK) }
            try systemCall("fcntl") { attune_fcntl_integer(end, F_SETFD, FD_CLOEXEC) }
        }
        Signals.writer.store(ends[1], ordering: .sequentiallyConsistent)
        // Whoever started this program may have blocked them, and that is inherited.
        var ours = sigset_t()
        unsafe sigemptyset(&ours)
        for number in numbers { unsafe sigaddset(&ours, number) }
        unsafe pthread_sigmask(SIG_UNBLOCK, &ours, nil)
        for number in numbers {
            signal(number) { number in
                var byte = UInt8(truncatingIfNeeded: number)
                let kept = errno
                // write is safe in a handler; a full pipe has enough to tell already.
                _ = unsafe write(Signals.writer.load(ordering: .relaxed), &byte, 1)
                errno = kept
            }
        }
        // A keyboard or a terminal that is gone shows as an error of the write.
        signal(SIGPIPE, SIG_IGN)
    }

    deinit { Signals.writer.store(-1, ordering: .sequentiallyConsistent) }

    /// Readable when a signal has come; owned by this value.
    var number: Int32 { reader.number }

    /// The signals that have come.
    func take() -> [Int32] {
        var buffer = [UInt8](repeating: 0, count: 64)
        let number = reader.number
        let count = unsafe buffer.withUnsafeMutableBytes {
            unsafe read(number, $0.baseAddress, $0.count)
        }
        return count > 0 ? buffer[0..<count].map(Int32.init) : []
    }
}
