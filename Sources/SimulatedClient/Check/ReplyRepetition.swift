/// How much replies are alike.
enum ReplyRepetition {
    /// The mean over all pairs of replies of four words or more: shared triples of words over all
    /// triples of both (Jaccard), 0…1.
    static func meanOverlap(_ replies: [String]) -> Double {
        let sets = replies.map { triples(Sentence.words(in: $0)) }.filter { $0.count >= 2 }
        var sum = 0.0
        var pairs = 0
        for (index, first) in sets.enumerated() {
            for second in sets[(index + 1)...] {
                let shared = first.intersection(second).count
                sum += Double(shared) / Double(first.count + second.count - shared)
                pairs += 1
            }
        }
        return pairs == 0 ? 0 : sum / Double(pairs)
    }

    /// Replies of three words or more that say exactly what one before said.
    static func repeats(_ replies: [String]) -> Int {
        var seen: Set<[String]> = []
        return replies.count { reply in
            let words = Sentence.words(in: reply)
            return words.count >= 3 && !seen.insert(words).inserted
        }
    }

    private static func triples(_ words: [String]) -> Set<[String]> {
        guard words.count >= 3 else { return [] }
        return Set((0...(words.count - 3)).map { Array(words[$0..<($0 + 3)]) })
    }
}
