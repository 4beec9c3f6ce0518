/// Names of columns that a statistics package takes.
///
/// A column keeps its name wherever it can: it gets another where the name is too long or a word of the
/// package's language, where two would be the same, and where an SPSS file would give the parts of a long
/// text the name of another column. Case counts nowhere.
struct StatisticsNames {
    private let format: StatisticsFormat
    private var used: Set<String> = []
    /// In SPSS files the beginnings of the names that parts of long texts have.
    private var stems: Set<String> = []

    /// - Parameter longTexts: places of columns with texts of more than 255 bytes, which SPSS files split.
    /// - Returns: a name a column.
    static func names(
        of columns: [TableColumn], longTexts: Set<Int>, _ format: StatisticsFormat
    ) -> [String] {
        var names = StatisticsNames(format: format)
        let wishes = (format.hasShortNames ? columns.shortNames : columns.map(\.name)).map {
            String($0.prefix(format.longestName))
        }
        var result = [String](repeating: "", count: columns.count)
        // The texts first: the names of their parts follow from theirs, and others must keep clear of them.
        let isSplit = { (place: Int) in format.package == .spss && longTexts.contains(place) }
        for place in columns.indices where isSplit(place) {
            result[place] = names.name(like: wishes[place], isSplit: true)
        }
        for place in columns.indices where !isSplit(place) {
            result[place] = names.name(like: wishes[place], isSplit: false)
        }
        return format.hasShortNames ? result.map { $0.uppercased() } : result
    }

    private init(format: StatisticsFormat) { self.format = format }

    /// - Parameter isSplit: whether an SPSS file splits the column into parts.
    private mutating func name(like wish: String, isSplit: Bool) -> String {
        // Of 6 characters, the name itself would be one of its parts'.
        var wish = isSplit && wish.count == Self.stem + 1 ? "\(wish)_text" : wish
        if Self.isReserved(wish, format.package) {
            wish = String("c_\(wish)".prefix(format.longestName))
        }
        var number = 1
        while true {
            let name = ColumnNames.numbered(
                wish, number, significant: isSplit ? Self.stem : min(8, format.longestName))
            if isFree(name, isSplit: isSplit) {
                used.insert(name.uppercased())
                if isSplit { stems.insert(Self.stem(of: name)) }
                return name
            }
            number += 1
        }
    }

    private func isFree(_ name: String, isSplit: Bool) -> Bool {
        let key = name.uppercased()
        if used.contains(key) || Self.isReserved(name, format.package) { return false }
        guard format.package == .spss else { return true }
        // What the file calls the column itself: 8 characters.
        let short = key.prefix(8)
        if stems.contains(String(short.dropLast())) { return false }
        guard isSplit else { return true }
        let stem = Self.stem(of: name)
        return !stems.contains(stem)
            && !used.contains { other in
                let short = other.prefix(8)
                return short == key.prefix(8) || short.dropLast() == stem
            }
    }

    /// How many characters of a name begin those of its parts.
    private static let stem = 5

    private static func stem(of name: String) -> String { String(name.uppercased().prefix(stem)) }

    /// Whether a name means something else to the package.
    static func isReserved(_ name: String, _ package: StatisticsFormat.Package) -> Bool {
        let word = name.lowercased()
        switch package {
        case .spss:
            // libreadstat itself names columns like v12_a where the first 8 characters are taken.
            return spss.contains(word) || isNumbered(word, after: "v", before: "_a")
        case .stata:
            // It refuses whatever begins like a type of text, as str8.
            return stata.contains(word)
                || word.hasPrefix("str") && word.dropFirst(3).first?.isNumber == true
        case .sas: return sas.contains(word)
        }
    }

    private static func isNumbered(
        _ word: String, after prefix: String, before suffix: String
    ) -> Bool {
        guard word.hasPrefix(prefix), word.hasSuffix(suffix),
            word.count > prefix.count + suffix.count
        else { return false }
        return word.dropFirst(prefix.count).dropLast(suffix.count).allSatisfy(\.isNumber)
    }

    private static let spss: Set<String> = [
        "all", "and", "by", "eq", "ge", "gt", "le", "lt", "ne", "not", "or", "to", "with",
    ]
    private static let stata: Set<String> = [
        "_all", "_b", "_coef", "_cons", "_n", "_pi", "_pred", "_rc", "_skip", "byte", "double",
        "float", "if", "in", "int", "long", "strl", "using", "with",
    ]
    /// Variables of its own, and operators that are words.
    private static let sas: Set<String> = [
        "_all_", "_character_", "_error_", "_n_", "_null_", "_numeric_", "_infile_", "and", "eq",
        "ge", "gt", "in", "le", "lt", "max", "min", "ne", "not", "of", "or", "then", "to",
    ]
}
