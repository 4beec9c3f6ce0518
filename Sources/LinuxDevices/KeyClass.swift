/// What kind of key it was: all that is ever known of a key outside the read call.
///
/// The raw values are stored in session files: they never change, new ones are added at the end.
public enum KeyClass: UInt8, CaseIterable, Sendable, Codable {
    /// Keys that give a letter on a Latin layout.
    case letter = 1
    /// The digits of the top row and of the keypad.
    case digit = 2
    /// The other keys that give a character.
    case punctuation = 3
    /// The space bar.
    case space = 4
    /// Enter, of the main block and of the keypad.
    case enter = 5
    /// Deletes before the caret.
    case backspace = 6
    /// Deletes behind the caret.
    case delete = 7
    /// Arrows, home, end, page up and down, tab.
    case navigation = 8
    /// Shift, control, alt, meta, and the locks.
    case modifier = 9
    /// Undo, redo, cut, copy, paste and the like, on keys of their own.
    case editing = 10
    /// F1 to F24, escape, print, pause, menu.
    case function = 11
    /// A button of a mouse or another pointer.
    case pointerButton = 12
    /// Everything else: media, power, brightness, joystick buttons, codes yet unknown.
    case other = 13

    /// The class in words, as files and exports show it.
    public var name: String {
        switch self {
        case .letter: "letter"
        case .digit: "digit"
        case .punctuation: "punctuation"
        case .space: "space"
        case .enter: "enter"
        case .backspace: "backspace"
        case .delete: "delete"
        case .navigation: "navigation"
        case .modifier: "modifier"
        case .editing: "editing"
        case .function: "function"
        case .pointerButton: "pointer button"
        case .other: "other"
        }
    }

    /// The class of a key or button code of the kernel (`KEY_*`, `BTN_*`); any code has one.
    ///
    /// Codes name places on the keyboard, not characters: on a layout other than US English some
    /// letters lie on places that count as punctuation, such as ö, and the other way round.
    ///
    /// Source: linux/input-event-codes.h, whose numbers never change.
    public static func of(code: UInt16) -> KeyClass {
        switch code {
        // Q to P, A to L, Z to M.
        case 16...25, 30...38, 44...50: .letter
        // The top row; the keypad; telephone digits.
        case 2...11, 71...73, 75...77, 79...82, 0x200...0x209: .digit
        // Minus, equal; braces; semicolon, apostrophe, grave; backslash; comma, dot, slash.
        case 12, 13, 26, 27, 39...41, 43, 51...53: .punctuation
        // Keypad: asterisk, minus, plus, dot, slash, equal, plus-minus, comma, parentheses.
        case 55, 74, 78, 83, 98, 117, 118, 121, 179, 180: .punctuation
        // The key beside left shift; Japanese ro, keypad comma and yen; question; dollar, euro;
        // telephone star and pound.
        case 86, 89, 95, 124, 214, 0x1B2, 0x1B3, 0x20A, 0x20B: .punctuation
        case 57: .space
        // Enter, keypad enter, line feed.
        case 28, 96, 101: .enter
        case 14: .backspace
        // Delete; to the end of line and of screen; a line.
        case 111, 0x1C0, 0x1C1, 0x1C3: .delete
        // Tab; home to page down; scroll up and down; diagonal arrows.
        case 15, 102...109, 177, 178, 0x266...0x269: .navigation
        // Control, shift, alt, meta; caps, number, scroll lock; compose; Fn.
        case 29, 42, 54, 56, 58, 69, 70, 97, 100, 125, 126, 127, 0x1D0, 0x1E5: .modifier
        // Kana, conversion and language keys of Japanese and Korean keyboards.
        case 85, 90...94, 122, 123: .modifier
        // Insert; again, undo, copy, paste, find, cut; redo; alternate erase, cancel; clear;
        // insert a line.
        case 110, 129, 131, 133, 135...137, 182, 222, 223, 0x163, 0x1C2: .editing
        // Escape; F1 to F12; print; pause; menus, help; F13 to F24; print; Fn with F1 to F12.
        case 1, 59...68, 87, 88, 99, 119, 138, 139, 183...194, 210, 0x1B6,
            0x1D1...0x1DD:
            .function
        // Numbered buttons, mouse buttons, touch, stylus.
        case 0x100...0x109, 0x110...0x117, 0x149...0x14C: .pointerButton
        default: .other
        }
    }

    /// Whether a code is a button's (`BTN_*`), and never a keyboard's.
    static func isButton(code: UInt16) -> Bool {
        switch code {
        case 0x100...0x15F, 0x220...0x223, 0x2C0...0x2E7: true
        default: false
        }
    }
}
