/// Numbers for characters and words, so that texts are compared as numbers.
///
/// Characters are the user-perceived ones, and equal where Unicode says that they are canonically
/// equivalent: composed and decomposed forms (NFC, NFD) have the same number.
struct Vocabulary {
    /// What a character is when texts are compared.
    enum Kind: Hashable {
        /// Part of a word.
        case letter
        /// A word by itself, as in scripts that put no spaces between words.
        case unspaced
        /// A word by itself.
        case emoji
        /// Between words.
        case separator
        /// Not there at all: invisible marks, and apostrophes, which people leave out.
        case ignored
    }

    /// The number of the space that stands between words.
    static let space: Int32 = 0

    private var numbers: [Character: Int32] = [" ": Vocabulary.space]
    private var words: [[Int32]: Int32] = [:]
    private var folded: [Character: (kind: Kind, numbers: [Int32])] = [:]
    private var ascii: [(kind: Kind, numbers: [Int32])?] = Array(repeating: nil, count: 128)

    /// What a character is, and its numbers without regard to case.
    mutating func fold(_ character: Character) -> (kind: Kind, numbers: [Int32]) {
        let code = character.utf8.count == 1 ? Int(character.utf8.first ?? 0) : -1
        if code >= 0, let known = ascii[code] { return known }
        if code < 0, let known = folded[character] { return known }
        let kind = Self.kind(character)
        var numbers: [Int32] = []
        if kind != .separator, kind != .ignored {
            // Both ways, since some letters differ in one case alone: ß and SS, σ and ς.
            for other in Self.bare(character).uppercased().lowercased() {
                numbers.append(number(other))
            }
        }
        if code >= 0 { ascii[code] = (kind, numbers) } else { folded[character] = (kind, numbers) }
        return (kind, numbers)
    }

    /// The number of a word, given its characters'.
    mutating func word(_ characters: [Int32]) -> Int32 {
        if let known = words[characters] { return known }
        let number = Int32(clamping: words.count)
        words[characters] = number
        return number
    }

    private mutating func number(_ character: Character) -> Int32 {
        if let known = numbers[character] { return known }
        let number = Int32(clamping: numbers.count)
        numbers[character] = number
        return number
    }

    private static func kind(_ character: Character) -> Kind {
        guard let first = character.unicodeScalars.first else { return .ignored }
        if "'’‘ʼ`´ʻ＇".contains(character) { return .ignored }
        if isInvisible(first) { return .ignored }
        if isUnspaced(first.value) { return .unspaced }
        if character.isLetter || character.isNumber, !first.properties.isEmojiPresentation,
            !character.unicodeScalars.contains(where: { $0.value == 0x20E3 })
        {
            return .letter
        }
        if first.properties.isEmojiPresentation
            || (first.properties.isEmoji
                && (first.value > 0xFF || character.unicodeScalars.count > 1))
        {
            return .emoji
        }
        return .separator
    }

    /// The character without marks that nobody sees or that only colour an emoji.
    private static func bare(_ character: Character) -> String {
        guard character.unicodeScalars.count > 1 else { return String(character) }
        var bare = String.UnicodeScalarView()
        for scalar in character.unicodeScalars
        where !isInvisible(scalar) && !(0x1F3FB...0x1F3FF).contains(scalar.value) {
            bare.append(scalar)
        }
        return bare.isEmpty ? String(character) : String(bare)
    }

    /// Marks of direction and of where lines may break, selectors of an emoji's form.
    private static func isInvisible(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        // Soft hyphen; Arabic letter mark and tatweel.
        case 0xAD, 0x61C, 0x640: true
        // Zero-width spaces and marks of direction; a joiner only joins what stays one character.
        case 0x200B, 0x200C, 0x200E, 0x200F, 0x202A...0x202E, 0x2060...0x2069, 0xFEFF: true
        case 0xFE00...0xFE0F: true
        default: false
        }
    }

    /// Scripts whose words no space divides: Thai, Lao, Myanmar, Khmer; kana, Han.
    private static func isUnspaced(_ value: UInt32) -> Bool {
        switch value {
        case 0xE01...0xE3A, 0xE40...0xE4E, 0xE81...0xEDF, 0x1000...0x109F, 0x1780...0x17D3: true
        case 0x3005...0x3007, 0x3041...0x30FF, 0x31F0...0x31FF, 0xFF66...0xFF9F: true
        case 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xF900...0xFAFF, 0x20000...0x3FFFF: true
        default: false
        }
    }
}
