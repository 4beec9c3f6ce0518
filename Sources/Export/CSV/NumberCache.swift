/// Remembers the digits of a channel's physical values by their raw value.
///
/// A converter of 10 bits has 1,024 values, and a slow signal stays near the same few; finding a
/// number's shortest digits takes longer than everything else about a sample.
@safe final class NumberCache {
    private static let slots = 1 << 13
    private static let width = 40
    /// Owned by this object and freed with it; indexed by slot, below `slots`, only.
    private let keys: UnsafeMutablePointer<Int64>
    private let lengths: UnsafeMutablePointer<UInt8>
    private let digits: UnsafeMutablePointer<UInt8>
    private static let empty: UInt8 = 0xFF

    init() {
        unsafe keys = .allocate(capacity: Self.slots)
        unsafe keys.initialize(repeating: 0, count: Self.slots)
        unsafe lengths = .allocate(capacity: Self.slots)
        unsafe lengths.initialize(repeating: Self.empty, count: Self.slots)
        unsafe digits = .allocate(capacity: Self.slots * Self.width)
        unsafe digits.initialize(repeating: 0, count: Self.slots * Self.width)
    }

    deinit {
        unsafe keys.deallocate()
        unsafe lengths.deallocate()
        unsafe digits.deallocate()
    }

    /// Writes the field of a raw value, whose physical value `convert` gives.
    @inline(__always) func write(_ raw: Int64, to file: CSVFile, _ convert: (Int64) -> Double) {
        let slot = Int(truncatingIfNeeded: raw) & (Self.slots - 1)
        let place = unsafe digits + slot * Self.width
        if unsafe lengths[slot] != Self.empty, unsafe keys[slot] == raw {
            unsafe file.formatted(
                UnsafeBufferPointer(start: place, count: Int(lengths[slot])))
            return
        }
        unsafe file.real(convert(raw)) { bytes in
            guard let address = bytes.baseAddress, bytes.count <= Self.width else { return }
            unsafe place.update(from: address, count: bytes.count)
            unsafe lengths[slot] = UInt8(bytes.count)
            unsafe keys[slot] = raw
        }
    }
}
