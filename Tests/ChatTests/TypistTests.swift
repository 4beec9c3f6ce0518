import Testing

@testable import Chat

@Suite struct TypistTests {
    @Test func theSameSeedTypesTheSame() {
        var first = Typist(seed: 5)
        var second = Typist(seed: 5)
        var other = Typist(seed: 6)
        #expect(first.line() == second.line())
        #expect(first.line() != other.line())
    }

    @Test func whatIsTypedIsTheLine() {
        var typist = Typist(seed: 1)
        var slips = 0
        for round in 0..<30 {
            var editor = LineEditor()
            var submitted = ""
            for stroke in typist.line() ?? [] {
                #expect(stroke.pauseMilliseconds >= 1 && stroke.dwellMilliseconds >= 1)
                if stroke.key == .backspace { slips += 1 }
                if case .submitted(let text) = editor.apply(stroke.key) { submitted = text }
            }
            #expect(submitted == Typist.standard[round % Typist.standard.count])
        }
        #expect(slips > 3)
    }

    @Test func codesAreThoseOfTheKernel() throws {
        for (character, code, isShifted) in [
            ("q", 16, false), ("m", 50, false), ("1", 2, false), ("0", 11, false), (" ", 57, false),
            (".", 52, false), ("?", 53, true), ("A", 30, true), ("'", 40, false), ("!", 2, true),
        ] as [(Character, UInt16, Bool)] {
            let key = try #require(KeyCodes.key(for: character))
            #expect(key.code == code && key.isShifted == isShifted, "\(character)")
        }
        #expect(KeyCodes.key(for: "ä") == nil)
        for line in Typist.standard {
            #expect(line.allSatisfy { KeyCodes.key(for: $0) != nil })
        }
    }

    @Test func anEventIsLaidOutAsTheKernelDoes() {
        let event = VirtualKeyboard.event(1_500_002_000, 1, 30, 1)
        #expect(
            event == [
                1, 0, 0, 0, 0, 0, 0, 0, 0x22, 0xA1, 7, 0, 0, 0, 0, 0, 1, 0, 30, 0, 1, 0, 0, 0,
            ])
    }
}
