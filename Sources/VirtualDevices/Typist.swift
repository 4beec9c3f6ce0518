/// Somebody who types: a given text exactly, or sentences of its own without end, with slips that it
/// takes back. The same seed types the same keys at the same times.
///
/// Times are such as studies of typing find them: keys are held about 95 ms and follow each other after
/// about 170 ms, with long tails, pauses before words and longer ones between sentences, and now and then
/// the next key goes down before the last is up (rollover).
public struct Typist: Sendable {
    private var generator: SimulationGenerator
    /// Characters still to type; own sentences are added as they are needed.
    private var waiting: [Character] = []
    private var place = 0
    private let isEndless: Bool
    /// Actions not handed out yet, by time.
    private var actions: [KeyAction] = []
    /// The last press; what is not later than it is certain.
    private var pressed: Int64 = 0
    private var released: [UInt16: Int64] = [:]
    private var previous: Character = "\n"
    private var isTakingBack = false

    /// Somebody who types sentences of its own without end.
    public init(seed: UInt64) {
        generator = SimulationGenerator(seed: seed, purpose: 0x7E97)
        isEndless = true
    }

    /// Somebody who types a text and then stops; characters that a US keyboard has not are left out.
    public init(text: String, seed: UInt64) {
        generator = SimulationGenerator(seed: seed, purpose: 0x7E97)
        isEndless = false
        waiting = text.filter { KeyboardLayout.key(for: $0) != nil }
    }

    /// The next key that goes down or up, in order of time; nil when the text is typed.
    public mutating func next() -> KeyAction? {
        while actions.isEmpty || actions[0].microseconds > pressed {
            guard typeOne() else { break }
        }
        return actions.isEmpty ? nil : actions.removeFirst()
    }

    /// - Returns: false when nothing is left to type.
    private mutating func typeOne() -> Bool {
        if isEndless, !isTakingBack, generator.happens(0.02) {
            // A slip: a wrong key, seen after a moment and taken back.
            let wrong = Self.letters[Int(generator.next() % UInt64(Self.letters.count))]
            stroke(wrong, after: interval(before: wrong))
            isTakingBack = true
            return true
        }
        if isTakingBack {
            isTakingBack = false
            strokeKey(
                KeyboardLayout.backspace, shifted: false,
                after: generator.logNormal(median: 380_000, spread: 0.35))
            return true
        }
        if place == waiting.count {
            guard isEndless else { return false }
            compose()
        }
        let character = waiting[place]
        place += 1
        stroke(character, after: interval(before: character))
        previous = character
        return true
    }

    private mutating func interval(before character: Character) -> Double {
        var interval = generator.logNormal(median: 170_000, spread: 0.38)
        if previous == " " { interval += generator.logNormal(median: 60_000, spread: 0.9) }
        if previous == "\n" || previous == "." {
            interval += generator.logNormal(median: 1_400_000, spread: 0.6)
        }
        return interval
    }

    private mutating func stroke(_ character: Character, after interval: Double) {
        guard let key = KeyboardLayout.key(for: character) else { return }
        strokeKey(key.code, shifted: key.shifted, after: interval)
    }

    private mutating func strokeKey(_ code: UInt16, shifted: Bool, after interval: Double) {
        let held = max(25_000, Int64(clamping: generator.logNormal(median: 95_000, spread: 0.3)))
        var press = pressed + max(18_000, Int64(clamping: interval))
        // A key cannot go down before it is up again.
        if let up = released[code] { press = max(press, up + 20_000) }
        if shifted {
            let lead = 30_000 + Int64(generator.next() % 60_000)
            press = max(press, pressed + lead + 1000)
            if let up = released[KeyboardLayout.shift] { press = max(press, up + lead + 5000) }
            let up = press + held / 2
            insert(KeyAction(microseconds: press - lead, code: KeyboardLayout.shift, isPress: true))
            insert(KeyAction(microseconds: up, code: KeyboardLayout.shift, isPress: false))
            released[KeyboardLayout.shift] = up
        }
        insert(KeyAction(microseconds: press, code: code, isPress: true))
        insert(KeyAction(microseconds: press + held, code: code, isPress: false))
        released[code] = press + held
        pressed = press
    }

    private mutating func insert(_ action: KeyAction) {
        let place =
            actions.firstIndex { $0.microseconds > action.microseconds } ?? actions.count
        actions.insert(action, at: place)
    }

    private mutating func compose() {
        var words: [String] = []
        for _ in 0..<(4 + generator.next() % 8) {
            words.append(Self.words[Int(generator.next() % UInt64(Self.words.count))])
        }
        let sentence = words.joined(separator: " ")
        waiting = Array(sentence.prefix(1).uppercased() + sentence.dropFirst() + ".\n")
        place = 0
    }

    private static let letters = Array("etaoinshrdlu")
    private static let words = """
        i you it we they feel think know want try work talk sleep help wait today lately often
        never always really maybe about with without because when then and but so my your this
        that good bad tired calm better worse little more day night week time thing people
        """.split(whereSeparator: { $0 == " " || $0 == "\n" }).map(String.init)
}
