/// Takes codes out of a text without changing any position in it.
public struct BlindText: Sendable {
    private let codes: [[UInt16]]

    /// - Parameter codes: of participants, studies and conditions. Those of one character are let stand,
    ///   since they would take words apart.
    public init(codes: [String]) {
        self.codes = Set(codes.map { Array($0.lowercased().utf16) }.filter { $0.count > 1 })
            .sorted { $0.count > $1.count }
    }

    /// The text with `█` for each UTF-16 unit of a code that stands in it as a word of its own, in
    /// capitals or not.
    public func text(_ text: String) -> String {
        guard !codes.isEmpty else { return text }
        var units = Array(text.utf16)
        // One unit stays one unit, so that spans fit; letters whose small form is longer are left alone.
        let small = units.map { unit -> UInt16 in
            guard let scalar = Unicode.Scalar(unit) else { return unit }
            let lowered = Array(String(scalar).lowercased().utf16)
            return lowered.count == 1 ? lowered[0] : unit
        }
        var isChanged = false
        for code in codes where code.count <= small.count {
            var place = 0
            while place + code.count <= small.count {
                let end = place + code.count
                if small[place] == code[0], Array(small[place..<end]) == code,
                    place == 0 || !Self.isWord(small[place - 1]),
                    end == small.count || !Self.isWord(small[end])
                {
                    for unit in place..<end { units[unit] = 0x2588 }
                    isChanged = true
                    place = end
                } else {
                    place += 1
                }
            }
        }
        return isChanged ? String(decoding: units, as: UTF16.self) : text
    }

    private static func isWord(_ unit: UInt16) -> Bool {
        guard let scalar = Unicode.Scalar(unit) else { return true }
        return scalar.properties.isAlphabetic || scalar.properties.numericType != nil
    }
}
