extension [UInt8] {
    /// Appends the lowest bytes of a number, lowest first.
    mutating func append(little value: Int64, bytes count: Int) {
        for place in 0..<count { append(UInt8(truncatingIfNeeded: value >> Int64(8 * place))) }
    }

    /// Appends the lowest bytes of a number, highest first.
    mutating func append(big value: Int64, bytes count: Int) {
        for place in (0..<count).reversed() {
            append(UInt8(truncatingIfNeeded: value >> Int64(8 * place)))
        }
    }
}
