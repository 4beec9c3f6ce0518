import CSystemCalls
import Glibc
import SystemCalls

/// A written file on its way to the disk: the disk begins at once, so that something else can be done until it
/// is done.
struct DurableFile: ~Copyable {
    private let path: String
    private let file: FileDescriptor

    init(_ path: String) throws(SystemError) {
        self.path = path
        file = try FileDescriptor(opening: path, flags: O_RDONLY)
        // A hint: what it does not begin, `finish` does.
        _ = attune_begin_writeback(file.number)
    }

    /// Waits until all of the file is on the disk.
    /// - Throws: also what went wrong while earlier writes came to the disk.
    consuming func finish() throws(SystemError) {
        let number = file.number
        try systemCall("fdatasync", path) { fdatasync(number) }
    }
}
