/// A BITalino frame read bit by bit, as the protocol's description tells, independently of the encoder.
struct WireFrame: Equatable {
    let sequence: Int64
    let digital: Int64
    let values: [Int64]

    /// Nil if the checksum does not match.
    init?(_ bytes: [UInt8], channels: Int) {
        func end(_ index: Int) -> Int64 { Int64(bytes[bytes.count - index]) }
        let table = [0, 3, 6, 5, 12, 15, 10, 9, 11, 8, 13, 14, 7, 4, 1, 2]
        var sum = 0
        for byte in bytes.dropLast() {
            sum = table[sum] ^ Int(byte >> 4)
            sum = table[sum] ^ Int(byte & 15)
        }
        sum = table[sum] ^ Int(end(1) >> 4)
        guard table[sum] == Int(end(1) & 15) else { return nil }
        sequence = end(1) >> 4
        digital = end(2) >> 4
        var values = [(end(2) & 15) << 6 | end(3) >> 2]
        if channels > 1 { values.append((end(3) & 3) << 8 | end(4)) }
        if channels > 2 { values.append(end(5) << 2 | end(6) >> 6) }
        if channels > 3 { values.append((end(6) & 63) << 4 | end(7) >> 4) }
        if channels > 4 { values.append((end(7) & 15) << 2 | end(8) >> 6) }
        if channels > 5 { values.append(end(8) & 63) }
        self.values = values
    }

    /// Splits bytes without faults into frames; nil where one does not match.
    static func split(_ bytes: [UInt8], channels: Int) -> [WireFrame?] {
        let length = [0, 3, 4, 6, 7, 8, 8][channels]
        return stride(from: 0, to: bytes.count - bytes.count % length, by: length).map {
            WireFrame(Array(bytes[$0..<$0 + length]), channels: channels)
        }
    }
}
