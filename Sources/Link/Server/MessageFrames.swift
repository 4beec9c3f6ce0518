import Glibc

/// Cuts what comes in on a connection into messages, each of which ends with a NUL. Pure: the same bytes
/// give the same messages, however they are split.
struct MessageFrames {
    /// Bytes that have come; those before `start` are used up, those before `scanned` hold no NUL.
    private var input: [UInt8] = []
    private var start = 0
    private var scanned = 0

    /// Bytes that are not used up.
    var count: Int { input.count - start }

    mutating func append(_ bytes: UnsafeRawBufferPointer) {
        // Copied before the call returns.
        unsafe input.append(contentsOf: bytes)
    }

    /// Takes the next whole message, without its NUL.
    mutating func next() -> ArraySlice<UInt8>? {
        let found: Int? = unsafe input.withUnsafeBytes { bytes in
            guard scanned < bytes.count else { return nil }
            // memchr stays within the bytes that the array holds.
            guard let base = bytes.baseAddress,
                let place = unsafe memchr(base + scanned, 0, bytes.count - scanned)
            else { return nil }
            return unsafe UnsafeRawPointer(place) - base
        }
        guard let end = found else {
            scanned = input.count
            return nil
        }
        let message = input[start..<end]
        start = end + 1
        scanned = start
        return message
    }

    /// Gives back the space of messages that are used up.
    mutating func compact() {
        if start == 0 { return }
        if start == input.count {
            if input.capacity > 256 << 10 {
                input = []
            } else {
                input.removeAll(keepingCapacity: true)
            }
        } else {
            input.removeSubrange(0..<start)
        }
        scanned -= start
        start = 0
    }
}
