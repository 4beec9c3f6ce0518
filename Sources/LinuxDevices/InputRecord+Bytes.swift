import Timebase

extension InputRecord {
    /// Reads a record; nil where the bytes are too few or hold no valid record.
    public init?(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.count >= Self.byteCount else { return nil }
        // All reads lie within the 16 bytes just checked.
        let nanoseconds = unsafe bytes.loadUnaligned(as: Int64.self)
        let action = unsafe Action(rawValue: bytes[8])
        let keyClass = unsafe bytes[9]
        let held = unsafe bytes.loadUnaligned(fromByteOffset: 10, as: UInt16.self)
        let horizontal = unsafe bytes.loadUnaligned(fromByteOffset: 12, as: Int16.self)
        let vertical = unsafe bytes.loadUnaligned(fromByteOffset: 14, as: Int16.self)
        guard let action else { return nil }
        let known = KeyClass(rawValue: keyClass)
        if known == nil && keyClass != 0 { return nil }
        self.init(
            stamp: Instant(nanoseconds: Int64(littleEndian: nanoseconds)), action: action,
            keyClass: known, held: UInt16(littleEndian: held),
            horizontal: Int16(littleEndian: horizontal), vertical: Int16(littleEndian: vertical))
    }

    /// Writes the record's 16 bytes; false where they do not fit.
    @discardableResult
    public func write(to bytes: UnsafeMutableRawBufferPointer) -> Bool {
        guard bytes.count >= Self.byteCount else { return false }
        // All writes lie within the 16 bytes just checked.
        unsafe bytes.storeBytes(of: stamp.nanoseconds.littleEndian, as: Int64.self)
        unsafe bytes[8] = action.rawValue
        unsafe bytes[9] = keyClass?.rawValue ?? 0
        unsafe bytes.storeBytes(of: held.littleEndian, toByteOffset: 10, as: UInt16.self)
        unsafe bytes.storeBytes(of: horizontal.littleEndian, toByteOffset: 12, as: Int16.self)
        unsafe bytes.storeBytes(of: vertical.littleEndian, toByteOffset: 14, as: Int16.self)
        return true
    }
}
