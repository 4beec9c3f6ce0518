/// What is sent to a place, piece by piece.
protocol PartSource {
    /// Bytes of the whole.
    var size: Int64 { get }

    /// - Throws: `changed` where there is less than that, `local`.
    func read(_ range: Range<Int64>) throws(StationsError) -> [UInt8]

    /// Makes sure that it is still what it was when it was opened.
    /// - Throws: `changed`.
    func checkUnchanged() throws(StationsError)
}

/// What is in memory: small files that were read as one.
struct BytesSource: PartSource {
    let bytes: [UInt8]

    var size: Int64 { Int64(bytes.count) }

    func read(_ range: Range<Int64>) throws(StationsError) -> [UInt8] {
        Array(bytes[Int(range.lowerBound)..<Int(range.upperBound)])
    }

    func checkUnchanged() throws(StationsError) {}
}
