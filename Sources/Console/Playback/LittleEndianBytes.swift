/// Collects numbers as bytes, in the order that browsers' typed arrays read on all machines there are.
struct LittleEndianBytes {
    private(set) var bytes: [UInt8] = []

    init(capacity: Int) { bytes.reserveCapacity(capacity) }

    /// How many of something follow, and four bytes of 0, so that 64-bit numbers behind stay aligned.
    mutating func count(_ count: Int) {
        add(UInt32(clamping: count))
        add(UInt32(0))
    }

    mutating func add(_ value: Double) { add(value.bitPattern) }
    mutating func add(_ value: Float) { add(value.bitPattern) }
    mutating func add(_ value: some FixedWidthInteger) {
        unsafe withUnsafeBytes(of: value.littleEndian) { unsafe bytes.append(contentsOf: $0) }
    }
}
