/// Names of streams and clients.
enum SensorName {
    /// Letters, digits, `-` and `_` alone, at most 40: what a client may be called.
    static func cleaned(_ text: String) -> String {
        let letters = text.utf8.prefix(40).map { byte -> UInt8 in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
                byte
            default: UInt8(ascii: "_")
            }
        }
        return letters.isEmpty ? "lsl" : String(decoding: letters, as: UTF8.self)
    }
}
