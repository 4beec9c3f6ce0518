/// The minimum and maximum pairs of a pyramid row's blob.
enum PyramidBlob {
    /// The numbers in column 2 of a statement's row: minimum, maximum, minimum, ...
    static func values(_ statement: RowStatement) -> [Float] {
        // The bytes are copied before the statement moves on; a remainder of less than a pair is
        // left out.
        let blob = unsafe statement.blob(2)
        let count = blob.count / 8 * 2
        return unsafe [Float](unsafeUninitializedCapacity: count) { target, initialized in
            unsafe UnsafeMutableRawBufferPointer(target).copyMemory(
                from: UnsafeRawBufferPointer(rebasing: blob[0..<count * 4]))
            initialized = count
        }
    }
}
