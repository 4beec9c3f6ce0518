/// The number of a commit as a session file keeps it: eight bytes, little-endian.
enum StoredSerial {
    static func encoded(_ serial: Int64) -> [UInt8] {
        (0..<8).map { UInt8(truncatingIfNeeded: serial >> (8 * Int64($0))) }
    }

    /// 0 for what is none.
    static func decoded(_ bytes: [UInt8]) -> Int64 {
        guard bytes.count == 8 else { return 0 }
        return bytes.reversed().reduce(0) { $0 << 8 | Int64($1) }
    }
}
