/// The two spellings of a field: `rateHz` in Swift, `rate_hz` in an interface.
enum WireName {
    /// The interface's spelling.
    static func of(_ name: String) -> String {
        guard name.utf8.contains(where: { $0 >= 0x41 && $0 <= 0x5A }) else { return name }
        var result: [UInt8] = []
        result.reserveCapacity(name.utf8.count + 4)
        for byte in name.utf8 {
            if byte >= 0x41 && byte <= 0x5A {
                result.append(UInt8(ascii: "_"))
                result.append(byte | 0x20)
            } else {
                result.append(byte)
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    /// The program's spelling of a name of the interface, such as `wishDone` of `wish_done`.
    static func program(_ name: String) -> String {
        guard name.utf8.contains(UInt8(ascii: "_")) else { return name }
        var result: [UInt8] = []
        var isFirstOfWord = false
        for byte in name.utf8 {
            if byte == UInt8(ascii: "_") && !result.isEmpty {
                isFirstOfWord = true
                continue
            }
            let isLower = byte >= 0x61 && byte <= 0x7A
            result.append(isFirstOfWord && isLower ? byte & ~0x20 : byte)
            isFirstOfWord = false
        }
        return String(decoding: result, as: UTF8.self)
    }
}
