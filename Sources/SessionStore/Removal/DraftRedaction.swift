/// Covers words in the edits of drafts, also where they were typed letter by letter: the draft is put
/// together again edit by edit, and each unit that was part of a match at any moment is covered where it was
/// inserted.
struct DraftRedaction {
    /// An edit as it is stored.
    struct Edit {
        var id: Int64
        var draft: Int64
        var position: Int
        var deleted: Int
        var inserted: Int
        var text: String?
    }

    let redaction: TextRedaction
    let cover: Character

    private struct Unit {
        var value: UInt16
        /// Of the edit that brought it, and where in its text.
        var edit: Int
        var offset: Int
    }

    /// What stands where the text of an edit was not stored: no letter.
    private static let unknown: UInt16 = 0x0020

    /// - Parameter edits: of all drafts, in order.
    /// - Returns: the new texts of edits that change, by their ids; and how many matches there were.
    func run(_ edits: [Edit]) -> (texts: [Int64: String], matches: Int) {
        var drafts: [Int64: [Unit]] = [:]
        var covered: [Int: Set<Int>] = [:]
        var matches = 0
        for (index, edit) in edits.enumerated() {
            var units = drafts[edit.draft] ?? []
            let from = min(max(0, edit.position), units.count)
            let to = min(from + max(0, edit.deleted), units.count)
            let values =
                edit.text.map { Array($0.utf16) }
                ?? Array(repeating: Self.unknown, count: min(max(0, edit.inserted), 100_000))
            units.replaceSubrange(
                from..<to,
                with: values.enumerated().map { Unit(value: $1, edit: index, offset: $0) })
            drafts[edit.draft] = units
            guard edit.text != nil || to > from else { continue }
            matches += mark(units, &covered)
        }
        var texts: [Int64: String] = [:]
        let filler = Array(String(cover).utf16)[0]
        for (index, offsets) in covered {
            guard let text = edits[index].text else { continue }
            var units = Array(text.utf16)
            for offset in offsets { units[offset] = filler }
            texts[edits[index].id] = String(decoding: units, as: UTF16.self)
        }
        return (texts, matches)
    }

    private func mark(_ units: [Unit], _ covered: inout [Int: Set<Int>]) -> Int {
        let text = String(decoding: units.map(\.value), as: UTF16.self)
        // Halves of surrogates that stand alone would shift what follows.
        guard text.utf16.count == units.count else { return 0 }
        var fresh = 0
        for match in redaction.matches(in: text) {
            let from = text.utf16.distance(from: text.startIndex, to: match.lowerBound)
            let to = text.utf16.distance(from: text.startIndex, to: match.upperBound)
            var isNew = false
            for unit in units[from..<to]
            where covered[unit.edit, default: []].insert(unit.offset).inserted {
                isNew = true
            }
            if isNew { fresh += 1 }
        }
        return fresh
    }
}
