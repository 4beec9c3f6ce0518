/// The shortest way from one text to another, in words and in characters.
///
/// Myers, E. W., 1986, An O(ND) difference algorithm and its variations, Algorithmica 1, 251–266.
enum TextDifference {
    /// Differences beyond this are given as one change: nobody reads them, and their cost grows with the
    /// square.
    static let most = 600

    /// Edits in whole words (with what stands between them), and the same resolved into characters.
    static func edits(
        from old: String, _ oldPlaces: [ComparableText.Place], to new: String,
        _ newPlaces: [ComparableText.Place]
    ) -> (words: [TextEdit], characters: [TextEdit]) {
        let before = pieces(Array(old.utf16), oldPlaces)
        let after = pieces(Array(new.utf16), newPlaces)
        let words = edits(before, after, at: 0)
        var characters: [TextEdit] = []
        for edit in words {
            if edit.deleted.isEmpty || edit.inserted.isEmpty {
                characters.append(edit)
            } else {
                characters += edits(
                    edit.deleted.map { Array($0.utf16) }, edit.inserted.map { Array($0.utf16) },
                    at: edit.position)
            }
        }
        return (words, characters)
    }

    /// A text cut into its words and what stands between them.
    private static func pieces(
        _ units: [UInt16], _ places: [ComparableText.Place]
    ) -> [[UInt16]] {
        var pieces: [[UInt16]] = []
        var end = 0
        for place in places {
            if place.start > end { pieces.append(Array(units[end..<place.start])) }
            pieces.append(Array(units[place.start..<place.end]))
            end = place.end
        }
        if end < units.count { pieces.append(Array(units[end...])) }
        return pieces
    }

    private static func edits(
        _ before: [[UInt16]], _ after: [[UInt16]], at position: Int
    ) -> [TextEdit] {
        var numbers: [[UInt16]: Int32] = [:]
        func number(_ pieces: [[UInt16]]) -> [Int32] {
            pieces.map { piece in
                if let known = numbers[piece] { return known }
                numbers[piece] = Int32(clamping: numbers.count)
                return numbers[piece] ?? 0
            }
        }
        var starts = [position]
        for piece in before { starts.append(starts[starts.count - 1] + piece.count) }
        return changes(number(before), number(after)).map { change in
            TextEdit(
                position: starts[change.old.lowerBound],
                deleted: String(decoding: before[change.old].joined(), as: UTF16.self),
                inserted: String(decoding: after[change.new].joined(), as: UTF16.self))
        }
    }

    /// One stretch that is another on both sides.
    struct Change: Hashable {
        var old: Range<Int>
        var new: Range<Int>
    }

    /// What differs between two sequences, by their place.
    static func changes(_ old: [Int32], _ new: [Int32]) -> [Change] {
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
        guard !before.isEmpty, !after.isEmpty, let pairs = common(before, after) else {
            return [all]
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
                if difference == 0 { x = 0 }
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
