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
        var isTaken = [Bool](repeating: false, count: message.words.count)
        var isUsed = suggestions.map { [Bool](repeating: false, count: $0.words.count) }
        for size in stride(from: waiting.count - 1, through: 1, by: -1) {
            let sorted = waiting[size].sorted {
                (rank[$0.suggestion], $0.message, $0.start)
                    < (rank[$1.suggestion], $1.message, $1.start)
            }
            for run in sorted {
                var free: [Run] = []
                var begin: Int?
                for word in 0...run.count {
                    let isFree =
                        word < run.count && !isTaken[run.message + word]
                        && !isUsed[run.suggestion][run.start + word]
                    if isFree, begin == nil { begin = word }
                    if !isFree, let first = begin {
                        free.append(
                            Run(
                                suggestion: run.suggestion, message: run.message + first,
                                start: run.start + first, count: word - first))
                        begin = nil
                    }
                }
                if free == [run] {
                    for word in 0..<run.count {
                        isTaken[run.message + word] = true
                        isUsed[run.suggestion][run.start + word] = true
                    }
                    runs.append(run)
                } else {
                    for piece in free where weight(piece) >= least[run.suggestion] {
                        waiting[weight(piece)].append(piece)
                    }
                }
            }
        }
        runs.sort { $0.message < $1.message }
    }

    /// All runs that cannot be made longer.
    private static func longest(_ message: [Int32], _ words: [Int32], of place: Int) -> [Run] {
        var positions: [Int32: [Int]] = [:]
        for (position, word) in words.enumerated() { positions[word, default: []].append(position) }
        var runs: [Run] = []
        // How long the run is that ends before a word of the Suggestion, for the message's word before.
        var lengths = [Int](repeating: 0, count: words.count + 1)
        var filled: [Int] = []
        for (index, word) in message.enumerated() {
            let here = positions[word] ?? []
            let earlier = here.map { lengths[$0] }
            for position in filled { lengths[position] = 0 }
            filled.removeAll(keepingCapacity: true)
            for (position, before) in zip(here, earlier) {
                lengths[position + 1] = before + 1
                filled.append(position + 1)
                let goesOn =
                    index + 1 < message.count && position + 1 < words.count
                    && message[index + 1] == words[position + 1]
                if !goesOn {
                    runs.append(
                        Run(
                            suggestion: place, message: index - before, start: position - before,
                            count: before + 1))
                }
            }
        }
        return runs
    }
}
