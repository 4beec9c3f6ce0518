/// Codes of the keys of a keyboard with the US layout.
///
/// Source: linux/input-event-codes.h
enum KeyCodes {
    static let enter: UInt16 = 28
    static let backspace: UInt16 = 14
    static let leftShift: UInt16 = 42

    /// The key of a character, and whether Shift is held; nil where the layout has none.
    static func key(for character: Character) -> (code: UInt16, isShifted: Bool)? {
        for (first, row) in [
            (UInt16(2), "1234567890-="), (16, "qwertyuiop[]"), (30, "asdfghjkl;'`"),
            (43, "\\zxcvbnm,./"), (57, " "),
        ] {
            if let place = Array(row).firstIndex(of: character) {
                return (first + UInt16(place), false)
            }
        }
        for (first, row) in [
            (UInt16(2), "!@#$%^&*()_+"), (16, "QWERTYUIOP{}"), (30, "ASDFGHJKL:\"~"),
            (43, "|ZXCVBNM<>?"),
        ] {
            if let place = Array(row).firstIndex(of: character) {
                return (first + UInt16(place), true)
            }
        }
        return nil
    }
}
