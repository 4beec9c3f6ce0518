extension RingChecksum {
    /// Copies a record's bytes into the ring, pads them with zeros to 8 and adds them, in one pass.
    ///
    /// `source` has `count` bytes; `target` is aligned to 8 and has room for them and the padding.
    @inlinable
    @inline(__always)
    mutating func copy(
        from source: UnsafeRawPointer, count: Int, to target: UnsafeMutableRawPointer
    ) {
        var offset = 0
        while count &- offset >= 32 {
            // Word by word, not by vectors: bytes that were just written as words would have to
            // leave the processor's store buffer before a wider load of them can go on.
            let a = unsafe source.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
            let b = unsafe source.loadUnaligned(fromByteOffset: offset &+ 8, as: UInt64.self)
            let c = unsafe source.loadUnaligned(fromByteOffset: offset &+ 16, as: UInt64.self)
            let d = unsafe source.loadUnaligned(fromByteOffset: offset &+ 24, as: UInt64.self)
            add(a, b, c, d)
            unsafe target.storeBytes(of: a, toByteOffset: offset, as: UInt64.self)
            unsafe target.storeBytes(of: b, toByteOffset: offset &+ 8, as: UInt64.self)
            unsafe target.storeBytes(of: c, toByteOffset: offset &+ 16, as: UInt64.self)
            unsafe target.storeBytes(of: d, toByteOffset: offset &+ 24, as: UInt64.self)
            offset &+= 32
        }
        let rest = offset
        while count &- offset >= 8 {
            let word = unsafe source.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
            unsafe target.storeBytes(of: word, toByteOffset: offset, as: UInt64.self)
            offset &+= 8
        }
        if offset < count {
            var word: UInt64 = 0
            var shift: UInt64 = 0
            while offset &+ Int(truncatingIfNeeded: shift &>> 3) < count {
                let byte = unsafe source.load(
                    fromByteOffset: offset &+ Int(truncatingIfNeeded: shift &>> 3), as: UInt8.self)
                word |= UInt64(byte) &<< shift
                shift &+= 8
            }
            unsafe target.storeBytes(of: word, toByteOffset: offset, as: UInt64.self)
            offset &+= 8
        }
        unsafe add(UnsafeRawPointer(target) + rest, count: offset &- rest)
    }
}
