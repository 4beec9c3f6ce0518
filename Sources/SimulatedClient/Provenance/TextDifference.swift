/// The shortest way from one text to another, in words and in characters.
///
/// Myers, E. W., 1986, An O(ND) difference algorithm and its variations, Algorithmica 1, 251–266.
enum TextDifference {
    /// Texts that differ by more pieces are first cut at the longest run that they share, since the cost
    /// grows with the square of the difference.
    static let most = 200
    /// UTF-16 code units of a changed stretch up to which it is resolved into characters.
    private static let mostCharacters = 400
    /// Three words with what stands between them.
    private static let shortestRun = 5
    /// How often one cuts, one inside the other.
    private static let mostCuts = 6
    /// Pieces of both texts, multiplied, up to which runs are looked for.
    private static let mostPieces = 2_000_000

    /// Edits in whole words (with what stands between them), and the same resolved into characters.
    static func edits(
        from old: String, _ oldPlaces: [ComparableText.Place], to new: String,
        _ newPlaces: [ComparableText.Place]
    ) -> (words: [TextEdit], characters: [TextEdit]) {
        let (before, after) = (Pieces(old, oldPlaces), Pieces(new, newPlaces))
        let words = edits(before, after, at: 0)
        var characters: [TextEdit] = []
        for edit in words {
            let longer = max(edit.deleted.utf16.count, edit.inserted.utf16.count)
            if edit.deleted.isEmpty || edit.inserted.isEmpty || longer > mostCharacters {
                characters.append(edit)
            } else {
                characters += edits(
                    Pieces(edit.deleted), Pieces(edit.inserted), at: edit.position)
            }
        }
        return (words, characters)
    }

    /// A text in pieces, as UTF-16.
    private struct Pieces {
        var units: [UInt16]
        /// Where each begins, and the end of the last one.
        var starts: [Int] = []

        /// Words and what stands between them.
        init(_ text: String, _ places: [ComparableText.Place]) {
            units = Array(text.utf16)
            var end = 0
            for place in places {
                if place.start > end { starts.append(end) }
                starts.append(place.start)
                end = place.end
            }
            if end < units.count { starts.append(end) }
            starts.append(units.count)
        }

        /// Characters.
        init(_ text: String) {
            units = Array(text.utf16)
            starts = [0]
            for character in text {
                starts.append(starts[starts.count - 1] + character.utf16.count)
            }
        }

        subscript(range: Range<Int>) -> ArraySlice<UInt16> {
            units[starts[range.lowerBound]..<starts[range.upperBound]]
        }

        func numbers(_ known: inout [ArraySlice<UInt16>: Int32]) -> [Int32] {
            (0..<starts.count - 1).map { place in
                let piece = self[place..<place + 1]
                if let number = known[piece] { return number }
                let number = Int32(clamping: known.count)
                known[piece] = number
                return number
            }
        }
    }

    private static func edits(
        _ before: Pieces, _ after: Pieces, at position: Int
    ) -> [TextEdit] {
        var known: [ArraySlice<UInt16>: Int32] = [:]
        let (old, new) = (before.numbers(&known), after.numbers(&known))
        return changes(old, new).map { change in
            TextEdit(
                position: position + before.starts[change.old.lowerBound],
                deleted: String(decoding: before[change.old], as: UTF16.self),
                inserted: String(decoding: after[change.new], as: UTF16.self))
        }
    }

    /// One stretch that is another on both sides.
    struct Change: Hashable {
        var old: Range<Int>
        var new: Range<Int>
    }

    /// What differs between two sequences, by their place.
    static func changes(_ old: [Int32], _ new: [Int32], cuts: Int = mostCuts) -> [Change] {
        var head = 0
        while head < old.count, head < new.count, old[head] == new[head] { head += 1 }
        var tail = 0
        while tail < old.count - head, tail < new.count - head,
            old[old.count - 1 - tail] == new[new.count - 1 - tail]
        { tail += 1 }
        let (before, after) = (
            Array(old[head..<old.count - tail]), Array(new[head..<new.count - tail])
        )
        if before.isEmpty, after.isEmpty { return [] }
        let all = Change(old: head..<old.count - tail, new: head..<new.count - tail)
        guard !before.isEmpty, !after.isEmpty else { return [all] }
        guard let pairs = common(before, after) else {
            guard cuts > 0, before.count * after.count <= mostPieces,
                let run = WordRuns.longest(after, before, of: 0, atLeast: shortestRun).max(by: {
                    $0.count < $1.count
                })
            else { return [all] }
            let (x, y) = (head + run.start, head + run.message)
            return changes(Array(old[..<x]), Array(new[..<y]), cuts: cuts - 1)
                + changes(
                    Array(old[(x + run.count)...]), Array(new[(y + run.count)...]), cuts: cuts - 1
                ).map { change in
                    Change(
                        old: change.old.lowerBound + x + run.count..<change.old.upperBound + x
                            + run.count,
                        new: change.new.lowerBound + y + run.count..<change.new.upperBound + y
                            + run.count)
                }
        }
        var changes: [Change] = []
        var (x, y) = (0, 0)
        for pair in pairs + [(before.count, after.count)] {
            if pair.0 > x || pair.1 > y {
                changes.append(Change(old: head + x..<head + pair.0, new: head + y..<head + pair.1))
            }
            (x, y) = (pair.0 + 1, pair.1 + 1)
        }
        return changes
    }

    /// A longest common subsequence as pairs of places; nil where it differs by more than `most`.
    private static func common(_ old: [Int32], _ new: [Int32]) -> [(Int, Int)]? {
        guard abs(old.count - new.count) <= most else { return nil }
        let limit = min(old.count + new.count, most)
        let middle = limit + 1
        var furthest = [Int](repeating: 0, count: 2 * limit + 3)
        var trace: [[Int]] = []
        for difference in 0...limit {
            // Only the diagonals of the step before are needed to walk back.
            trace.append(Array(furthest[middle - difference...middle + difference]))
            for diagonal in stride(from: -difference, through: difference, by: 2) {
                let isDown =
                    diagonal == -difference
                    || (diagonal != difference
                        && furthest[middle + diagonal - 1] < furthest[middle + diagonal + 1])
                var x =
                    isDown ? furthest[middle + diagonal + 1] : furthest[middle + diagonal - 1] + 1
                var y = x - diagonal
                while x < old.count, y < new.count, x >= 0, y >= 0, old[x] == new[y] {
                    x += 1
                    y += 1
                }
                furthest[middle + diagonal] = x
                if x >= old.count, y >= new.count {
                    return walk(trace, old.count, new.count)
                }
            }
        }
        return nil
    }

    private static func walk(_ trace: [[Int]], _ oldCount: Int, _ newCount: Int) -> [(Int, Int)] {
        var pairs: [(Int, Int)] = []
        var (x, y) = (oldCount, newCount)
        for difference in stride(from: trace.count - 1, through: 0, by: -1) {
            let furthest = trace[difference]
            // `furthest[difference + k]` is how far diagonal k reached in the steps before.
            let diagonal = x - y
            var (fromX, fromY) = (0, 0)
            if difference > 0 {
                let isDown =
                    diagonal == -difference
                    || (diagonal != difference
                        && furthest[difference + diagonal - 1] < furthest[difference + diagonal + 1])
                let previous = isDown ? diagonal + 1 : diagonal - 1
                fromX = furthest[difference + previous]
                fromY = fromX - previous
            }
            let (startX, startY) =
                difference == 0
                ? (0, 0) : (diagonal < fromX - fromY ? (fromX, fromY + 1) : (fromX + 1, fromY))
            while x > startX, y > startY {
                x -= 1
                y -= 1
                pairs.append((x, y))
            }
            (x, y) = (fromX, fromY)
        }
        return pairs.reversed()
    }
}
