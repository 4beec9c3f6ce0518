import Foundation
import Markup

/// Texts and numbers as the fields of an EDF+ header take them.
enum EDFText {
    /// ASCII of at most so many bytes, without what EDF+ cannot hold: accents go, µ is u, ° is deg, Ω is Ohm.
    static func ascii(_ text: String, _ limit: Int) -> String {
        var result = ""
        for scalar in MarkupText.line(text).decomposedStringWithCanonicalMapping.unicodeScalars {
            switch scalar {
            case "µ", "\u{3BC}": result += "u"
            case "°": result += "deg"
            case "\u{3A9}", "\u{2126}": result += "Ohm"
            case "²": result += "2"
            case " "..."~": result.unicodeScalars.append(scalar)
            case let mark where mark.properties.generalCategory == .nonspacingMark: break
            default: result += "?"
            }
        }
        // Spaces at the ends are those that fill a field.
        let cut = result.trimmingCharacters(in: .whitespaces).prefix(limit)
        return cut.trimmingCharacters(in: .whitespaces)
    }

    /// A subfield of the header's patient or recording: one word.
    static func word(_ text: String, _ limit: Int) -> String {
        ascii(text, limit).replacingOccurrences(of: " ", with: "_")
    }

    /// An annotation: one line of UTF-8 of at most 40 bytes, cut between characters; nil where nothing is
    /// left of it.
    static func annotation(_ text: String) -> String? {
        let line = MarkupText.line(text).trimmingCharacters(in: .whitespaces)
        var result = ""
        var bytes = 0
        for character in line {
            bytes += character.utf8.count
            if bytes > 40 { break }
            result.append(character)
        }
        return result.isEmpty ? nil : result
    }

    /// A number in a field of 8 bytes.
    struct Number {
        var text: String
        /// What readers make of the text.
        var value: Double { Double(text) ?? 0 }
    }

    /// The number itself, where 8 bytes hold it up to the rounding of doubles.
    static func exact(_ value: Double) -> Number? {
        guard value.magnitude < 1e8 else { return nil }
        for decimals in 0...6 {
            let scaled = (value * power(decimals)).rounded()
            let isSame =
                (scaled / power(decimals) - value).magnitude
                <= 1e-13 * max(value.magnitude, 1e-3)
            if isSame { return fixed(scaled, decimals) }
        }
        return nil
    }

    /// The nearest number not above (or not below) that 8 bytes hold.
    static func outward(_ value: Double, isUp: Bool) -> Number {
        let rule: FloatingPointRoundingRule = isUp ? .up : .down
        if value.magnitude < 1e8 {
            for decimals in (0...6).reversed() {
                let scaled = (value * power(decimals)).rounded(rule)
                if let number = fixed(scaled, decimals) { return number }
            }
        }
        // One digit and an exponent: -9E+299.
        var exponent = Int(log10(value.magnitude).rounded(.down))
        var digit = (value / pow(10, Double(exponent))).rounded(rule)
        if digit.magnitude >= 10 {
            digit /= 10
            exponent += 1
        }
        return Number(text: "\(Int(digit))E\(exponent < 0 ? "-" : "+")\(abs(exponent))")
    }

    private static func power(_ decimals: Int) -> Double {
        [1, 10, 100, 1e3, 1e4, 1e5, 1e6][decimals]
    }

    /// - Parameter scaled: a whole number: the value times the power of ten.
    private static func fixed(_ scaled: Double, _ decimals: Int) -> Number? {
        guard scaled.magnitude < 1e15 else { return nil }
        let whole = Int64(scaled)
        let digits = String(whole.magnitude)
        let padded = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
        var text = whole < 0 ? "-" : ""
        text += padded.dropLast(decimals)
        if decimals > 0 { text += ".\(padded.suffix(decimals))" }
        return text.utf8.count <= 8 ? Number(text: text) : nil
    }
}
