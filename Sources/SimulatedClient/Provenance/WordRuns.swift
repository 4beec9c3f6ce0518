/// Runs of words that a message shares with Suggestions, each word of either side used once.
///
/// Greedy string tiling (Wise, M. J., 1993, String similarity via greedy string tiling and running
/// Karp–Rabin matching, University of Sydney): the longest run first, then the longest of what is left.
/// Over all Suggestions together, so that a phrase that several have is one's alone.
struct WordRuns {
    struct Run: Hashable {
        var suggestion: Int
        /// Indices of the first word on both sides, and how many.
        var message: Int
        var start: Int
        var count: Int
    }

    /// What a run weighs at least: three words, or six characters of a script without spaces. Two words
    /// in a row are shared by chance all the time.
    static let least = 6

    /// By their place in the message.
    var runs: [Run] = []

    /// - Parameter preference: the Suggestions' places from the one that gets a run where several have it.
    init(
        _ message: ComparableText, _ suggestions: [ComparableText], least: [Int], preference: [Int]
    ) {
        var rank = [Int](repeating: 0, count: suggestions.count)
        for (place, suggestion) in preference.enumerated() { rank[suggestion] = place }
        // Sums of weights, so that a run's weight is a difference.
        var sums = [0]
        for weight in message.weights { sums.append(sums[sums.count - 1] + weight) }
        func weight(_ run: Run) -> Int { sums[run.message + run.count] - sums[run.message] }

        var waiting: [[Run]] = Array(repeating: [], count: message.weight + 1)
        for (place, suggestion) in suggestions.enumerated() {
            for run in Self.longest(message.words, suggestion.words, of: place)
            where weight(run) >= least[place] {
                waiting[weight(run)].append(run)
            }
        }
        // The next word of the message that is in no run yet.
        var next = Array(0...message.words.count)
        var isUsed = suggestions.map { [Bool](repeating: false, count: $0.words.count) }
        for size in stride(from: waiting.count - 1, through: 1, by: -1) {
            let sorted = waiting[size].sorted {
                (rank[$0.suggestion], $0.message, $0.start)
                    < (rank[$1.suggestion], $1.message, $1.start)
            }
            for run in sorted {
                let free = Self.free(run, &next, isUsed[run.suggestion])
                guard free == [run] else {
                    for piece in free where weight(piece) >= least[run.suggestion] {
                        waiting[weight(piece)].append(piece)
                    }
                    continue
                }
                for word in 0..<run.count {
                    next[run.message + word] = run.message + run.count
                    isUsed[run.suggestion][run.start + word] = true
                }
                runs.append(run)
            }
        }
        runs.sort { $0.message < $1.message }
    }

    /// The parts of a run whose words are in no run yet, on both sides.
    private static func free(_ run: Run, _ next: inout [Int], _ isUsed: [Bool]) -> [Run] {
        var free: [Run] = []
        let end = run.message + run.count
        var word = Self.following(run.message, &next)
        while word < end {
            var first = word
            while word < end, next[word] == word {
                if isUsed[run.start + word - run.message] {
                    if word > first { free.append(part(run, first, word)) }
                    first = word + 1
                }
                word += 1
            }
            if word > first { free.append(part(run, first, word)) }
            word = Self.following(word, &next)
        }
        return free
    }

    private static func part(_ run: Run, _ from: Int, _ to: Int) -> Run {
        Run(
            suggestion: run.suggestion, message: from, start: run.start + from - run.message,
            count: to - from)
    }

    /// The first word from a place on that is in no run, with the way there made shorter.
    private static func following(_ word: Int, _ next: inout [Int]) -> Int {
        var end = word
        while next[end] != end { end = next[end] }
        var place = word
        while next[place] != end, next[place] != place {
            (place, next[place]) = (next[place], end)
        }
        return end
    }

    /// All runs that cannot be made longer.
    ///
    /// - Parameter atLeast: how many words make a run.
    ///
    /// Of texts that say one word hundreds of times only the first places of a word are looked at, and
    /// what both texts begin and end with.
    static func longest(
        _ message: [Int32], _ words: [Int32], of place: Int, atLeast: Int = 1
    ) -> [Run] {
        var positions: [Int32: [Int]] = [:]
        for (position, word) in words.enumerated() { positions[word, default: []].append(position) }
        var runs: [Run] = []
        if message.reduce(0, { $0 + (positions[$1]?.count ?? 0) }) > mostPairs {
            positions = positions.mapValues { Array($0.prefix(mostPlaces)) }
            let head = zip(message, words).prefix { $0 == $1 }.count
            let tail = zip(message.reversed(), words.reversed()).prefix { $0 == $1 }.count
            if head > 0 { runs.append(Run(suggestion: place, message: 0, start: 0, count: head)) }
            if tail > 0 {
                runs.append(
                    Run(
                        suggestion: place, message: message.count - tail,
                        start: words.count - tail, count: tail))
            }
        }
        // How long the run is that ends before a word of the Suggestion, and at which word of the message.
        var lengths = [Int](repeating: 0, count: words.count + 1)
        var ends = [Int](repeating: -1, count: words.count + 1)
        for (index, word) in message.enumerated() {
            guard let here = positions[word] else { continue }
            // From behind, so that what the word before left is still there.
            for position in here.reversed() {
                let length = (ends[position] == index - 1 ? lengths[position] : 0) + 1
                lengths[position + 1] = length
                ends[position + 1] = index
                let goesOn =
                    index + 1 < message.count && position + 1 < words.count
                    && message[index + 1] == words[position + 1]
                if !goesOn, length >= atLeast {
                    runs.append(
                        Run(
                            suggestion: place, message: index - length + 1,
                            start: position - length + 1, count: length))
                }
            }
        }
        return runs
    }

    /// Pairs of equal words up to which all are looked at; other texts than made-up ones have fewer.
    private static let mostPairs = 100_000
    private static let mostPlaces = 16
}
