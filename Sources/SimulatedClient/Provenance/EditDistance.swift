/// The least number of characters to insert, delete or replace between two texts.
///
/// A column of the table at a time in words of 64 bits, so that a pair of texts of n and m characters
/// takes n·m/64 steps (Myers, G., 1999, A fast bit-vector algorithm for approximate string matching based
/// on dynamic programming, Journal of the ACM 46(3), 395–415; blocks as in Hyyrö, H., 2003, A bit-vector
/// algorithm for computing Levenshtein and Damerau edit distances, Nordic Journal of Computing 10, 29–39).
enum EditDistance {
    /// - Parameters:
    ///   - first: characters as numbers, not negative; and so `second`.
    static func between(_ first: [Int32], _ second: [Int32]) -> Int {
        var (short, long) =
            first.count < second.count ? (first[...], second[...]) : (second[...], first[...])
        while let character = short.first, character == long.first {
            short.removeFirst()
            long.removeFirst()
        }
        while let character = short.last, character == long.last {
            short.removeLast()
            long.removeLast()
        }
        if short.isEmpty { return long.count }
        return columns(Array(short), Array(long))
    }

    private static func columns(_ pattern: [Int32], _ text: [Int32]) -> Int {
        let blocks = (pattern.count + 63) / 64
        // Where each character of the pattern stands, as bits; row 0 is of characters that it lacks.
        var rows: [Int32: Int] = [:]
        var bits = [UInt64](repeating: 0, count: blocks)
        for (place, character) in pattern.enumerated() {
            let row = rows[character] ?? rows.count + 1
            if rows[character] == nil {
                rows[character] = row
                bits += repeatElement(0, count: blocks)
            }
            bits[row * blocks + place / 64] |= 1 << UInt64(place % 64)
        }
        let last: UInt64 = 1 << UInt64((pattern.count - 1) % 64)
        var up = [UInt64](repeating: .max, count: blocks)
        var down = [UInt64](repeating: 0, count: blocks)
        var distance = pattern.count
        for character in text {
            let row = (rows[character] ?? 0) * blocks
            // The table's upper edge grows by one with each character of the text.
            var carry = 1
            for block in 0..<blocks {
                var equal = bits[row + block]
                let (positive, negative) = (up[block], down[block])
                let vertical = equal | negative
                if carry < 0 { equal |= 1 }
                let horizontal = (((equal & positive) &+ positive) ^ positive) | equal
                var rises = negative | ~(horizontal | positive)
                var falls = positive & horizontal
                let top = block == blocks - 1 ? last : 1 << 63
                let next = rises & top != 0 ? 1 : falls & top != 0 ? -1 : 0
                rises <<= 1
                falls <<= 1
                if carry < 0 { falls |= 1 } else if carry > 0 { rises |= 1 }
                up[block] = falls | ~(vertical | rises)
                down[block] = rises & vertical
                carry = next
            }
            distance += carry
        }
        return distance
    }
}
