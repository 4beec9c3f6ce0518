/// Types lines as a person does: uneven intervals, longer ones between words, now and then a slip
/// that is taken back. The same seed types the same.
///
/// Medians after Dhakal, Feit, Kristensson, Oulasvirta, "Observations on typing from 136 million
/// keystrokes", CHI 2018: about 240 ms between keys and 120 ms of dwell for average typists.
public struct Typist: Sendable {
    private let lines: [String]
    private var nextLine = 0
    private var random: TypistRandom
    private let pace: Double

    /// - Parameters:
    ///   - lines: typed one after another, again from the first after the last.
    ///   - pace: 1 for an average typist, smaller for a faster one.
    public init(lines: [String] = Typist.standard, seed: UInt64, pace: Double = 0.6) {
        self.lines = lines
        self.pace = min(max(pace, 0.01), 10)
        random = TypistRandom(seed: seed)
    }

    /// The strokes of the next line, Enter last; nil where there are no lines.
    public mutating func line() -> [TypistStroke]? {
        guard !lines.isEmpty else { return nil }
        let text = lines[nextLine % lines.count]
        nextLine += 1
        var strokes = [stroke(.text(""), median: 900)]
        strokes.removeAll()
        var isFirst = true
        var previous: Character = " "
        for character in text {
            let median: Double = isFirst ? 1500 : (previous == " " ? 320 : 200)
            if character.isLetter && !isFirst && Int.random(in: 0..<40, using: &random) == 0 {
                strokes.append(stroke(.text(slip(for: character)), median: median))
                strokes.append(stroke(.backspace, median: 450))
            }
            strokes.append(stroke(.text(String(character)), median: median))
            previous = character
            isFirst = false
        }
        strokes.append(stroke(.enter, median: 600))
        return strokes
    }

    private mutating func stroke(_ key: Key, median: Double) -> TypistStroke {
        TypistStroke(
            pauseMilliseconds: random.pause(median: median * pace, spread: 0.45), key: key,
            dwellMilliseconds: random.pause(median: 95, spread: 0.25))
    }

    /// A key beside the right one.
    private mutating func slip(for character: Character) -> String {
        for row in ["qwertyuiop", "asdfghjkl", "zxcvbnm"] {
            let keys = Array(row)
            guard let place = keys.firstIndex(of: Character(character.lowercased())) else {
                continue
            }
            return String(place > 0 ? keys[place - 1] : keys[1])
        }
        return "e"
    }

    /// What a supporter might write.
    public static let standard = [
        "Hi, thank you for coming. What is on your mind today?",
        "That sounds exhausting. How long has it been like this?",
        "It makes sense that you cannot sleep with that in your head.",
        "What would you tell a friend who felt the same?",
        "Would it help to write the worries down before going to bed?",
        "You took a big step by saying it. I am glad you did.",
    ]
}
