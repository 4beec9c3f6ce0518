import CEvdev
import Testing

@testable import LinuxDevices

@Suite("Key classes")
struct KeyClassTests {
    private func codes(_ keyClass: KeyClass) -> [Int32] {
        (0..<Int32(KEY_CNT)).filter { KeyClass.of(code: UInt16($0)) == keyClass }
    }

    @Test("The letters are exactly the 26 letters")
    func letters() {
        let letters = [
            KEY_A, KEY_B, KEY_C, KEY_D, KEY_E, KEY_F, KEY_G, KEY_H, KEY_I, KEY_J, KEY_K, KEY_L,
            KEY_M, KEY_N, KEY_O, KEY_P, KEY_Q, KEY_R, KEY_S, KEY_T, KEY_U, KEY_V, KEY_W, KEY_X,
            KEY_Y, KEY_Z,
        ]
        #expect(codes(.letter) == letters.sorted())
    }

    @Test(
        "The keys of a PC keyboard",
        arguments: [
            (KeyClass.digit, [KEY_1, KEY_9, KEY_0, KEY_KP0, KEY_KP5, KEY_KP9]),
            (.space, [KEY_SPACE]), (.enter, [KEY_ENTER, KEY_KPENTER]),
            (.backspace, [KEY_BACKSPACE]), (.delete, [KEY_DELETE]),
            (
                .punctuation,
                [
                    KEY_MINUS, KEY_EQUAL, KEY_LEFTBRACE, KEY_RIGHTBRACE, KEY_SEMICOLON,
                    KEY_APOSTROPHE, KEY_GRAVE, KEY_BACKSLASH, KEY_COMMA, KEY_DOT, KEY_SLASH,
                    KEY_102ND, KEY_KPASTERISK, KEY_KPMINUS, KEY_KPPLUS, KEY_KPDOT, KEY_KPSLASH,
                ]
            ),
            (
                .navigation,
                [
                    KEY_TAB, KEY_LEFT, KEY_RIGHT, KEY_UP, KEY_DOWN, KEY_HOME, KEY_END,
                    KEY_PAGEUP, KEY_PAGEDOWN,
                ]
            ),
            (
                .modifier,
                [
                    KEY_LEFTSHIFT, KEY_RIGHTSHIFT, KEY_LEFTCTRL, KEY_RIGHTCTRL, KEY_LEFTALT,
                    KEY_RIGHTALT, KEY_LEFTMETA, KEY_RIGHTMETA, KEY_CAPSLOCK, KEY_NUMLOCK,
                    KEY_SCROLLLOCK, KEY_COMPOSE,
                ]
            ),
            (.editing, [KEY_INSERT, KEY_UNDO, KEY_REDO, KEY_CUT, KEY_COPY, KEY_PASTE]),
            (
                .function,
                [KEY_ESC, KEY_F1, KEY_F10, KEY_F11, KEY_F12, KEY_F24, KEY_SYSRQ, KEY_PAUSE]
            ),
            (.pointerButton, [BTN_LEFT, BTN_RIGHT, BTN_MIDDLE, BTN_SIDE, BTN_TOUCH]),
            (.other, [KEY_MUTE, KEY_VOLUMEUP, KEY_POWER, BTN_TRIGGER_HAPPY, KEY_RESERVED]),
        ])
    func keyboard(keyClass: KeyClass, keys: [Int32]) {
        for key in keys { #expect(KeyClass.of(code: UInt16(key)) == keyClass, "code \(key)") }
    }

    @Test("Every code has a class, and the stored numbers stay what they are")
    func numbers() {
        for code in 0...UInt16.max { _ = KeyClass.of(code: code) }
        #expect(KeyClass.allCases.map(\.rawValue) == Array(1...13))
        #expect(KeyClass.letter.rawValue == 1 && KeyClass.other.rawValue == 13)
        #expect(Set(KeyClass.allCases.map(\.name)).count == 13)
        #expect(codes(.pointerButton).allSatisfy { KeyClass.isButton(code: UInt16($0)) })
    }
}
