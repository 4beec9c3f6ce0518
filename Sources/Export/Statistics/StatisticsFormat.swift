import Reports

/// What a statistics package's file can hold, and how it holds it.
///
/// libreadstat checks few of these limits. They are those of the packages' own documentation, and narrower
/// where libreadstat itself goes wrong earlier; Protocols/formats/statistics.md lists them.
struct StatisticsFormat: Sendable {
    /// How much of a label fits.
    enum Limit: Sendable {
        case bytes(Int)
        case codePoints(Int)
    }

    /// Which package.
    enum Package: Sendable { case spss, stata, sas }

    let package: Package
    /// Of a column's name, in characters of ASCII.
    let longestName: Int
    /// Whether names are the short ones of the codebook, in capitals.
    let hasShortNames: Bool
    /// Of a column's label.
    let label: Limit
    /// Of a value's label.
    let valueLabel: Limit
    /// Of a text, in bytes of UTF-8.
    let longestText: Int
    /// Numbers beyond are missing.
    let numbers: ClosedRange<Double>
    /// Smaller magnitudes are 0.
    let smallest: Double
    /// Milliseconds from the package's first day to 1970-01-01.
    let epoch: Int64
    /// How many of its units of time are a second.
    let unitsPerSecond: Double

    /// A .sav splits texts of more than 255 bytes into segments, which have room for 36 × 252 bytes before
    /// their names repeat. The lowest double stands for a missing value, its neighbour for LOWEST and the
    /// highest for HIGHEST, which readers take for missing as well.
    static let spss = StatisticsFormat(
        package: .spss, longestName: 64, hasShortNames: false, label: .bytes(256),
        valueLabel: .bytes(120), longestText: 9_000,
        numbers: (-Double.greatestFiniteMagnitude).nextUp
            .nextUp...Double.greatestFiniteMagnitude.nextDown,
        smallest: 0, epoch: 12_219_379_200_000, unitsPerSecond: 1)

    /// The doubles above stand for its missing values.
    static let stata = StatisticsFormat(
        package: .stata, longestName: 32, hasShortNames: false, label: .codePoints(80),
        valueLabel: .bytes(32_000), longestText: 2_000_000_000,
        numbers: -Double.greatestFiniteMagnitude...Double(bitPattern: 0x7FDF_FFFF_FFFF_FFFF),
        smallest: 0, epoch: 315_619_200_000, unitsPerSecond: 1000)

    static let sas5 = sas(longestName: 8, hasShortNames: true, label: 40, longestText: 200)
    static let sas8 = sas(longestName: 32, hasShortNames: false, label: 256, longestText: 32_767)

    /// Numbers are those of IBM's mainframes: 56 bits of fraction and a power of 16. libreadstat gives them
    /// a range of 2^-260 up to 2^249; beyond it would write 7.2e75 whatever the number was.
    private static func sas(
        longestName: Int, hasShortNames: Bool, label: Int, longestText: Int
    ) -> StatisticsFormat {
        let largest = Double(sign: .plus, exponent: 249, significand: 1).nextDown
        return StatisticsFormat(
            package: .sas, longestName: longestName, hasShortNames: hasShortNames,
            label: .bytes(label), valueLabel: .bytes(32_767), longestText: longestText,
            numbers: -largest...largest,
            smallest: Double(sign: .plus, exponent: -260, significand: 1), epoch: 315_619_200_000,
            unitsPerSecond: 1)
    }

    /// Longest text that a Stata file holds in the row itself, in bytes; longer ones are strLs.
    static let longestInRow = 2_045

    /// Whole numbers are exact up to here.
    static let largestExact: Int64 = 1 << 53

    /// A moment as a number of the package.
    /// - Parameter nanoseconds: since 1970-01-01 UTC; milliseconds are rounded down, as in CSV.
    func moment(_ nanoseconds: Int64) -> Double {
        let milliseconds = nanoseconds.flooredQuotient(1_000_000) + epoch
        return Double(milliseconds) * unitsPerSecond / 1000
    }

    /// A label, cut where it is too long.
    func cut(_ label: String, _ limit: Limit) -> String {
        // A label ends at a NUL, and is a line of lists.
        let line = String(label.map { $0.isNewline || $0 == "\0" ? " " : $0 })
        return switch limit {
        case .bytes(let count): line.cut(bytes: count)
        case .codePoints(let count): line.cut(codePoints: count)
        }
    }

    /// What a column is called in lists: its meaning, and its unit, which is kept where the meaning is cut.
    func label(of column: TableColumn) -> String {
        guard !column.unit.isEmpty else { return cut(column.meaning, label) }
        let unit = " [\(column.unit)]"
        let whole = cut(column.meaning + unit, label)
        if whole == column.meaning + unit { return whole }
        var meaning =
            switch label {
            case .bytes(let count):
                cut(column.meaning, .bytes(max(0, count - unit.utf8.count)))
            case .codePoints(let count):
                cut(column.meaning, .codePoints(max(0, count - unit.unicodeScalars.count)))
            }
        while meaning.last == " " { meaning.removeLast() }
        return cut(meaning + unit, label)
    }

    /// How the package shows a column's values; empty for its own way.
    func format(of column: TableColumn, _ statistics: ColumnStatistics) -> String {
        switch (package, column.kind) {
        case (_, .text): ""
        case (.spss, .utc): "DATETIME26.3"
        case (.spss, .integer): "F\(Self.digits(statistics)).0"
        case (.spss, .category): "F8.0"
        case (.spss, .real), (.spss, .milliseconds): "F18.6"
        case (.stata, .utc): "%tc"
        case (.stata, .integer): "%\(Self.digits(statistics)).0f"
        case (.stata, .category): "%8.0g"
        case (.stata, .real): "%12.0g"
        case (.stata, .milliseconds): "%18.6f"
        case (.sas, .utc): "DATETIME22.3"
        case (.sas, .category), (.sas, .integer): "BEST20"
        case (.sas, .real), (.sas, .milliseconds): "BEST16"
        }
    }

    /// Characters that a column's whole numbers take, from 8 to 20; 20 where they are not known.
    private static func digits(_ statistics: ColumnStatistics) -> Int {
        guard statistics.minimum <= statistics.maximum else { return 20 }
        let largest = max(-statistics.minimum, statistics.maximum, 1)
        var count = statistics.minimum < 0 ? 2 : 1
        var power = 10.0
        while power <= largest, count < 20 {
            power *= 10
            count += 1
        }
        return max(8, count)
    }

    /// The labels of a column's values that the package takes.
    func labels(of column: TableColumn) -> [TableColumn.Label] {
        // Transport files have none: a PROC FORMAT stands beside them.
        if package == .sas { return [] }
        return column.labels.filter { takes($0) }.map {
            .init($0.value, cut($0.text, valueLabel))
        }
    }

    /// Whether a value can have a label. Stata's are of whole numbers, short of those that mean missing.
    func takes(_ label: TableColumn.Label) -> Bool {
        if cut(label.text, valueLabel).isEmpty { return false }
        guard package == .stata else { return true }
        return Int32(exactly: label.value).map { $0 <= 2_147_483_620 && $0 >= -2_147_483_647 }
            ?? false
    }
}
