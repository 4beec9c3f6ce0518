import CSndfile

/// A file in memory, for libsndfile's virtual input and output.
///
/// Used by one thread; libsndfile calls back within `open` alone.
final class MemoryFile {
    private(set) var bytes: [UInt8]
    private var position = 0

    init() { bytes = [] }

    /// - Parameter blob: is copied.
    init(copying blob: UnsafeRawBufferPointer) { bytes = unsafe Array(blob) }

    /// Opens the file, hands it to `body` and closes it, which writes what is left.
    /// - Returns: nil where libsndfile does not take it.
    func open<Result>(
        _ mode: Int, _ information: SF_INFO = SF_INFO(),
        _ body: (OpaquePointer, SF_INFO) -> Result
    ) -> Result? {
        var information = information
        // Each call-back gets the reference that is passed to `sf_open_virtual` below, which lives
        // until the file is closed again.
        var calls = unsafe SF_VIRTUAL_IO(
            get_filelen: { user in unsafe sf_count_t(MemoryFile.of(user).bytes.count) },
            seek: { offset, whence, user in
                unsafe MemoryFile.of(user).seek(Int(offset), Int(whence))
            },
            read: { target, count, user in
                unsafe MemoryFile.of(user).read(
                    UnsafeMutableRawBufferPointer(start: target, count: Int(max(0, count))))
            },
            write: { source, count, user in
                unsafe MemoryFile.of(user).write(
                    UnsafeRawBufferPointer(start: source, count: Int(max(0, count))))
            },
            tell: { user in unsafe sf_count_t(MemoryFile.of(user).position) })
        let reference = unsafe Unmanaged.passRetained(self)
        defer { unsafe reference.release() }
        guard
            let file = unsafe sf_open_virtual(
                &calls, Int32(mode), &information, reference.toOpaque())
        else { return nil }
        let result = unsafe body(file, information)
        return unsafe sf_close(file) == 0 ? result : nil
    }

    private static func of(_ user: UnsafeMutableRawPointer?) -> MemoryFile {
        guard let user = unsafe user else { return MemoryFile() }
        return unsafe Unmanaged<MemoryFile>.fromOpaque(user).takeUnretainedValue()
    }

    private func seek(_ offset: Int, _ whence: Int) -> sf_count_t {
        let base =
            switch whence {
            case Int(SF_SEEK_CUR): position
            case Int(SF_SEEK_END): bytes.count
            default: 0
            }
        let (target, isTooFar) = base.addingReportingOverflow(offset)
        guard !isTooFar, target >= 0, target <= bytes.count else { return -1 }
        position = target
        return sf_count_t(target)
    }

    private func read(_ target: UnsafeMutableRawBufferPointer) -> sf_count_t {
        let count = min(target.count, bytes.count - position)
        guard count > 0 else { return 0 }
        // At most the room of the target and what is left are copied.
        unsafe bytes.withUnsafeBytes {
            unsafe target.copyMemory(
                from: UnsafeRawBufferPointer(rebasing: $0[position..<position + count]))
        }
        position += count
        return sf_count_t(count)
    }

    private func write(_ source: UnsafeRawBufferPointer) -> sf_count_t {
        let overlap = min(source.count, bytes.count - position)
        unsafe bytes.replaceSubrange(position..<position + overlap, with: source)
        position += source.count
        return sf_count_t(source.count)
    }
}
