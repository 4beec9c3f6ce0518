/// Bluetooth packets as lines of text, as virtual devices speak them: `name HEX`.
enum BluetoothText {
    /// Appends a notification's line.
    static func append(_ name: String, _ bytes: [UInt8], to line: inout [UInt8]) {
        line.append(contentsOf: name.utf8)
        line.append(0x20)
        for byte in bytes {
            line.append(digit(byte >> 4))
            line.append(digit(byte & 15))
        }
        line.append(0x0A)
    }

    private static func digit(_ nibble: UInt8) -> UInt8 {
        nibble < 10 ? 0x30 + nibble : 0x41 - 10 + nibble
    }

    /// Bytes from hexadecimal text, in which spaces may stand between bytes; nil for anything else.
    static func bytes(_ words: some Sequence<Substring>) -> [UInt8]? {
        var bytes: [UInt8] = []
        for word in words {
            var rest = Substring(word)
            guard rest.count % 2 == 0 else { return nil }
            while !rest.isEmpty {
                let pair = rest.prefix(2)
                // A sign would pass for a digit.
                guard pair.allSatisfy(\.isHexDigit), let byte = UInt8(pair, radix: 16) else {
                    return nil
                }
                bytes.append(byte)
                rest = rest.dropFirst(2)
            }
        }
        return bytes
    }
}
