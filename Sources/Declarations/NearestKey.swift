/// Finds the key that a person meant.
enum NearestKey {
    /// What to say about an unknown key.
    static func message(_ key: String, known: [String]) -> String {
        if let nearest = nearest(key, known: known) {
            return "there is no such key; did you mean '\(nearest)'?"
        }
        if known.isEmpty { return "there is no such key; none is expected here" }
        return "there is no such key; the keys here are \(known.sorted().joined(separator: ", "))"
    }

    /// The known key with the fewest changes, if these are few.
    static func nearest(_ key: String, known: [String]) -> String? {
        let wanted = plain(key)
        guard wanted.count <= 64 else { return nil }
        let limit = max(1, min(3, wanted.count / 3))
        return known.map { (name: $0, changes: changes(wanted, plain($0))) }
            .filter { $0.changes <= limit }
            .min { ($0.changes, $0.name) < ($1.changes, $1.name) }?.name
    }

    /// Lower case, without the marks between words.
    private static func plain(_ key: String) -> [UInt8] {
        key.lowercased().utf8.filter { $0 != UInt8(ascii: "-") && $0 != UInt8(ascii: "_") }
    }

    /// Insertions, deletions and replacements from one to the other (Levenshtein's distance).
    private static func changes(_ left: [UInt8], _ right: [UInt8]) -> Int {
        var row = Array(0...right.count)
        for (index, byte) in left.enumerated() {
            var diagonal = row[0]
            row[0] = index + 1
            for (column, other) in right.enumerated() {
                let above = row[column + 1]
                row[column + 1] = min(
                    above + 1, row[column] + 1, diagonal + (byte == other ? 0 : 1))
                diagonal = above
            }
        }
        return row[right.count]
    }
}
