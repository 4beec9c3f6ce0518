/// A value as MATLAB has it. Matrices are column by column.
indirect enum MatValue {
    /// A matrix of doubles with so many rows.
    case reals([Double], rows: Int)
    case integers([Int64])
    case shortIntegers([Int32])
    /// A text, in which each character beyond the Basic Multilingual Plane is U+FFFD: see `units`.
    case text(String)
    /// The text that is missing: 0 by 0, which an empty one is not.
    case missingText
    /// A text's UTF-16 code units as numbers, which every reader takes as they are.
    case units(String)
    /// A column of anything.
    case cells([MatValue])
    /// A struct of one element.
    case structure([(name: String, value: MatValue)])
    /// A column of structs; all with the same fields, in the same order.
    case structures([String], [[MatValue]])

    static func real(_ value: Double?) -> MatValue { .reals([value ?? .nan], rows: 1) }

    static func column(_ values: [Double]) -> MatValue { .reals(values, rows: values.count) }

    static func text(_ value: String?) -> MatValue { value.map { .text($0) } ?? .missingText }

    static func texts(_ values: [String?]) -> MatValue { .cells(values.map { .text($0) }) }

    /// A column of texts under a name, and where `text` cannot hold all of their characters, their code
    /// units under the name with `_utf16`.
    static func texts(_ name: String, _ values: [String?]) -> [(name: String, value: MatValue)] {
        let plain = (name: name, value: MatValue.texts(values))
        guard values.contains(where: { $0?.hasSurrogates ?? false }) else { return [plain] }
        return [
            plain, (name + "_utf16", .cells(values.map { $0.map { .units($0) } ?? .missingText })),
        ]
    }
}

extension String {
    /// Whether UTF-16 needs two units for any of the characters.
    fileprivate var hasSurrogates: Bool { unicodeScalars.contains { $0.value > 0xFFFF } }

    /// UTF-16 with U+FFFD for each character that needs two units.
    ///
    /// MATLAB counts units and SciPy characters: a text on which the two do not agree makes SciPy refuse the
    /// whole variable.
    var plainUnits: [UInt16] { unicodeScalars.map { UInt16(exactly: $0.value) ?? 0xFFFD } }
}

/// Names that MATLAB takes for variables and fields: at most 63 letters, digits and `_`, not a keyword.
struct MatNames {
    private var taken: Set<String> = []

    private static let longest = 63
    private static let keywords: Set<String> = [
        "break", "case", "catch", "classdef", "continue", "else", "elseif", "end", "for",
        "function",
        "global", "if", "otherwise", "parfor", "persistent", "return", "spmd", "switch", "try",
        "while",
    ]

    /// A name of its own.
    /// - Parameter room: characters that are kept free at its end.
    mutating func unique(_ wish: String, room: Int = 0) -> String {
        var stem = String(
            ColumnNames.snakeCase(wish, fallback: "x").prefix(Self.longest - room))
        if Self.keywords.contains(stem) { stem += "_" }
        var name = stem
        var number = 2
        while !taken.insert(name).inserted {
            name = "\(stem.prefix(Self.longest - room - 4))_\(number)"
            number += 1
        }
        return name
    }

    static func field(_ name: String) -> String { keywords.contains(name) ? name + "_" : name }
}
