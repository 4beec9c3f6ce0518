import SystemCalls

/// The name by which the service manager keeps a device's open descriptor: what it is and the station's
/// name of it, in the characters and the length that are permitted (sd_notify(3), FDNAME=).
enum DescriptorName {
    private static let longest = 255

    /// - Parameter kind: `serial`, `keyboard` or `pointer`.
    static func of(_ name: String, kind: String) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var text = Array("device.\(kind).".utf8)
        for byte in name.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
                text.append(byte)
            default:
                text += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        if text.count > longest {
            // What is cut off tells itself apart by a hash (FNV-1a, 64 bits).
            var hash: UInt64 = 0xcbf2_9ce4_8422_2325
            for byte in name.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
            text = text.prefix(longest - 17) + Array(".\(String(hash, radix: 16))".utf8)
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// Whether a descriptor was stored as a device's.
    static func isDevice(_ name: String) -> Bool { name.hasPrefix("device.") }
}
