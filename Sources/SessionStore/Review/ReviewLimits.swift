/// How large what is added to a review file may be: a slip, or a stranger, is not to fill the disk.
public enum ReviewLimits {
    /// Bytes of a name: of a code, a layer, a rater, an item.
    public static let name = 200
    /// Bytes of a note or a rationale.
    public static let text = 20_000
    /// Bytes of a JSON value.
    public static let value = 16_384
    /// Bytes of a coding scheme's text.
    public static let scheme = 262_144
    /// Changes or ratings of one request.
    public static let rows = 2_000
    /// Segments of one transcript.
    public static let segments = 50_000
    /// Assignments of one plan.
    public static let assignments = 20_000

    static func identifier(_ text: String, _ what: String) -> String? {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        let isUUID =
            parts.map(\.utf8.count) == [8, 4, 4, 4, 12]
            && parts.allSatisfy { $0.utf8.allSatisfy { isHexadecimal($0) } }
        return isUUID ? nil : "\(what) has to be a UUID in lowercase, not '\(text.prefix(40))'"
    }

    private static func isHexadecimal(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
            || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
    }

    static func name(_ text: String, _ what: String) -> String? {
        if text.allSatisfy(\.isWhitespace) { return "\(what) is empty" }
        if text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) {
            return "\(what) has a control character"
        }
        return bounded([(what, text, name)])
    }

    /// - Parameter texts: each with what it is, and how many bytes it may have.
    static func bounded(_ texts: [(String, String, Int)]) -> String? {
        for (what, text, most) in texts where text.utf8.count > most {
            return "\(what) has \(text.utf8.count) bytes, \(most) are allowed"
        }
        return nil
    }
}
