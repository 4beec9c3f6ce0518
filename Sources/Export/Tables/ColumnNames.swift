/// Gives columns and files names that every statistics package takes.
///
/// Column names have at most 32 characters of a-z, 0-9 and `_`, begin with a letter and differ from
/// one another in their first 8. The same wishes in the same order get the same names.
struct ColumnNames {
    static let samplePrefix = "samples_"
    private static let longest = 32
    private static let significant = 8

    private var used: Set<String> = []

    init(taken: [String] = []) {
        for name in taken { used.insert(Self.key(name)) }
    }

    private static func key(_ name: String) -> String { String(name.prefix(significant)) }

    /// A name like the wished one. Where its first 8 characters are taken, the last of them give
    /// way to a number: `ecg_lead_1`, `ecg_lea2_2`.
    mutating func column(_ wish: String) -> String {
        let plain = String(Self.snakeCase(wish, fallback: "channel").prefix(Self.longest))
        var number = 1
        while true {
            let name = Self.numbered(plain, number, significant: Self.significant)
            if used.insert(Self.key(name)).inserted { return name }
            number += 1
        }
    }

    /// The names of a channel's physical and raw values: `eda` and `eda_raw`. Of a long name the raw
    /// one keeps 7 characters, so that the two differ in their first 8: `temperature`,
    /// `tempera_raw`.
    mutating func channel(_ wish: String) -> (physical: String, raw: String) {
        let plain = String(Self.snakeCase(wish, fallback: "channel").prefix(Self.longest))
        let kept = Self.significant - 1
        var number = 1
        while true {
            let physical = Self.numbered(plain, number, significant: kept)
            let raw = "\(physical.prefix(kept))_raw"
            let keys = Set([Self.key(physical), Self.key(raw)])
            if keys.count == 2, used.isDisjoint(with: keys) {
                used.formUnion(keys)
                return (physical, raw)
            }
            number += 1
        }
    }

    /// The name with a number from 2 on within its first characters.
    static func numbered(_ name: String, _ number: Int, significant: Int) -> String {
        guard number > 1 else { return name }
        let digits = String(number)
        let stem = name.prefix(significant - digits.count)
        return String((stem + digits + name.dropFirst(significant)).prefix(longest))
    }

    /// Names of files, distinct even where case does not count. In the order of the wishes.
    static func files(_ wishes: [String]) -> [String] {
        var used: Set<String> = []
        return wishes.map { wish in
            let plain = String(snakeCase(wish, fallback: "stream", letterFirst: false).prefix(64))
            var name = plain
            var number = 2
            while !used.insert(name).inserted {
                name = "\(plain)_\(number)"
                number += 1
            }
            return name
        }
    }

    /// Lower case, with one `_` for whatever is no ASCII letter or digit; `heartRate` becomes
    /// `heart_rate`.
    static func snakeCase(
        _ text: String, fallback: String, letterFirst: Bool = true
    ) -> String {
        var name = ""
        var wasLower = false
        for character in text.unicodeScalars {
            switch character {
            case "a"..."z", "0"..."9":
                name.unicodeScalars.append(character)
                wasLower = true
            case "A"..."Z":
                if wasLower { name += "_" }
                name += String(character).lowercased()
                wasLower = false
            default:
                if !name.isEmpty, name.last != "_" { name += "_" }
                wasLower = false
            }
        }
        while name.last == "_" { name.removeLast() }
        if name.isEmpty { return fallback }
        if letterFirst, let first = name.first, first.isNumber { return "c_\(name)" }
        return name
    }
}
