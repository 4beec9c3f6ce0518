import Link

/// Finds the JSON in what a model wrote: whole, in a code fence, or somewhere in prose.
enum JSONAnswer {
    /// The first value in a text that fits a schema. Objects and arrays alone are looked for within
    /// prose.
    ///
    /// - Throws: `schema`, with what is wrong: nothing that is JSON, or why the first value that is
    ///   does not fit.
    static func value(in text: String, fitting schema: JSONValue) throws(ModelFailure) -> JSONValue
    {
        var firstProblem: String?
        for candidate in candidates(in: text) {
            guard let problem = SchemaCheck.problem(of: candidate, schema: schema) else {
                return candidate
            }
            firstProblem = firstProblem ?? problem
        }
        if let firstProblem {
            throw ModelFailure(
                .schema,
                "The model's JSON is not of the asked form: \(firstProblem). Another model, or a server "
                    + "that offers JSON schemas, may do better.")
        }
        throw ModelFailure(
            .schema,
            "The model did not answer in JSON as it was asked to. Another model, or a server that "
                + "offers JSON schemas, may do better.")
    }

    /// Values that the text may mean, the likeliest first.
    private static func candidates(in text: String) -> [JSONValue] {
        if let whole = try? JSONValue(parsing: text) { return [whole] }
        var found: [JSONValue] = []
        if let whole = LenientJSON.value(of: text) { found.append(whole) }
        let bytes = ArraySlice(Array(text.utf8))
        var position = bytes.startIndex
        var tries = 0
        // A try reads as far as it can, so their number is bounded.
        while tries < 200, found.count < 50,
            let start = bytes[position...].firstIndex(where: {
                $0 == UInt8(ascii: "{") || $0 == UInt8(ascii: "[")
            })
        {
            tries += 1
            if let (value, end) = LenientJSON.value(at: bytes[start...]) {
                found.append(value)
                position = end
            } else {
                position = start + 1
            }
        }
        return found
    }
}
