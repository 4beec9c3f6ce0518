import Link

/// Reading of what servers send.
enum JSONText {
    /// A value out of a whole text: strictly, else leniently, since some servers write half pairs of
    /// surrogates or keys twice.
    static func value(_ text: String) -> JSONValue? {
        (try? JSONValue(parsing: text, limits: JSONLimits(depth: 64)))
            ?? LenientJSON.value(of: text)
    }

    /// A number of things, not below zero, and not so large that sums of them could overflow.
    static func count(_ value: JSONValue?) -> Int? {
        switch value {
        case .integer(let integer) where (0...1_000_000_000_000).contains(integer): Int(integer)
        case .real(let real) where real >= 0 && real < 1e12: Int(real)
        default: nil
        }
    }
}
