/// Which keys of a US keyboard make a character.
///
/// Codes are those of the kernel's linux/input-event-codes.h.
public enum KeyboardLayout {
    /// Code of the left shift key.
    public static let shift: UInt16 = 42
    /// Code of the backspace key.
    public static let backspace: UInt16 = 14

    /// The key of a character and whether shift is held; nil for what this keyboard cannot type.
    public static func key(for character: Character) -> (code: UInt16, shifted: Bool)? {
        if let code = plain[character] { return (code, false) }
        if let code = shifted[character] { return (code, true) }
        return nil
    }

    private static let rows: [(first: UInt16, plain: String, shifted: String)] = [
        (2, "1234567890-=", "!@#$%^&*()_+"),
        (16, "qwertyuiop[]", "QWERTYUIOP{}"),
        (30, "asdfghjkl;'`", "ASDFGHJKL:\"~"),
        (43, "\\zxcvbnm,./", "|ZXCVBNM<>?"),
        (57, " ", ""),
        (28, "\n", ""),
        (15, "\t", ""),
    ]
    private static let plain = table { $0.plain }
    private static let shifted = table { $0.shifted }

    private static func table(
        _ side: ((first: UInt16, plain: String, shifted: String)) -> String
    ) -> [Character: UInt16] {
        var table: [Character: UInt16] = [:]
        for row in rows {
            for (place, character) in side(row).enumerated() {
                table[character] = row.first + UInt16(place)
            }
        }
        return table
    }
}
