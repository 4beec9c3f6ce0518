import Link

/// Reading of what servers send.
enum JSONText {
    /// A value out of a whole text: strictly, else leniently, since some servers write half pairs of
    /// surrogates or keys twice.
    static func value(_ text: String) -> JSONValue? {
        (try? JSONValue(parsing: text, limits: JSONLimits(depth: 64)))
            ?? LenientJSON.value(of: text)
    }

    /// A number of things, not below zero.
    static func count(_ value: JSONValue?) -> Int? {
        switch value {
        case .integer(let integer) where integer >= 0: Int(integer)
        case .real(let real) where real >= 0 && real < 1e15: Int(real)
        default: nil
        }
    }
}
