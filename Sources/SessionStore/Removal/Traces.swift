import GRDB
import SystemCalls

/// What would show that something of a participant is still there: a sample of what their sessions hold,
/// taken before they go. Of texts only what the participant wrote or said: what a protocol, a persona or a
/// suggestion brings stands word for word in files of others too.
public struct Traces: Sendable {
    /// Distinctive texts, as they were written.
    public internal(set) var texts: Set<String> = []
    /// Ids of sessions.
    public let sessions: Set<String>
    public let participant: String
    /// Stretches of samples, by the number of the channel in its stream.
    var sequences: [Int: [[Int64]]] = [:]
    /// Kinds that the sessions hold.
    private(set) var held: Set<RecordedData> = []
    /// Kinds of which there is something to look for.
    private(set) var sampled: Set<RecordedData> = []

    /// How many stretches of samples are looked for.
    public var sequenceCount: Int { sequences.values.reduce(0) { $0 + $1.count } }
    /// Kinds that the sessions hold, and of which there is nothing by which a copy could be told.
    public var unsearched: [RecordedData] {
        RecordedData.allCases.filter { held.contains($0) && !sampled.contains($0) }
    }

    /// Shorter texts are said by many.
    static let shortestText = 16
    private static let mostTexts = 400
    private static let sequenceLength = 24
    private let textsOfEach: Int

    /// - Parameters:
    ///   - sessions: ids that are to stand nowhere.
    ///   - files: how many files are sampled.
    public init(participant: String, sessions: [String], files: Int) {
        self.participant = participant
        self.sessions = Set(sessions.filter { !$0.isEmpty })
        textsOfEach = max(4, Self.mostTexts / max(1, files))
    }

    /// Takes a sample of a session's file and of what was said about it.
    /// - Parameter kinds: of these alone; nil takes all.
    public mutating func sample(
        _ path: String, kinds: Set<RecordedData>? = nil
    ) throws(SessionStoreError) {
        let wanted = kinds ?? Set(RecordedData.allCases)
        let reader = try SessionReader.open(at: path, alignment: .recorded)
        defer { try? reader.close() }
        var words = Words()
        try take(try reader.turns(), wanted, &words)
        try take(try reader.draftEdits(), wanted, &words)
        if wanted.contains(.audio) { words.own[.audio] = try Self.transcribed(path) }
        if wanted.contains(.modelRequests), try !reader.events(of: ["model_call"]).isEmpty {
            held.insert(.modelRequests)
        }
        // Suggestions that are sent as they are, and choices that are ticked, are nobody's own words.
        for event in try reader.events(of: ["suggestions"]) { words.others.append(event.payload) }
        words.others.append(try reader.session().description.protocolText)
        take(words)
        for stream in try reader.streams() where stream.kind != "client" {
            let kind = RowRemoval.data(of: stream.kind)
            guard wanted.contains(kind) else { continue }
            if stream.channels.isEmpty {
                if kind == .keys { held.insert(.keys) }
            } else {
                try sample(stream, kind, reader)
            }
        }
    }

    // MARK: - Texts

    /// What a session holds in words.
    private struct Words {
        /// The participant's own, that go.
        var own: [RecordedData: [String]] = [:]
        /// What stays, and what others wrote.
        var others: [String] = []
    }

    private mutating func take(
        _ turns: [Turn], _ wanted: Set<RecordedData>, _ words: inout Words
    ) throws(SessionStoreError) {
        if wanted.contains(.turns), !turns.isEmpty { held.insert(.turns) }
        for turn in turns {
            if turn.author == "participant", wanted.contains(.turns) {
                words.own[.turns, default: []].append(turn.text)
            } else {
                words.others.append(turn.text)
            }
        }
    }

    private mutating func take(
        _ edits: [DraftEdit], _ wanted: Set<RecordedData>, _ words: inout Words
    ) throws(SessionStoreError) {
        let kind: RecordedData? =
            wanted.contains(.draftEdits)
            ? .draftEdits : wanted.contains(.draftText) ? .draftText : nil
        if let kind, !edits.isEmpty { held.insert(kind) }
        for text in edits.compactMap(\.text) {
            if let kind {
                words.own[kind, default: []].append(text)
            } else {
                words.others.append(text)
            }
        }
    }

    private mutating func take(_ words: Words) {
        var chosen: [(text: String, kind: RecordedData)] = []
        for (kind, texts) in words.own {
            for text in Set(texts) where text.utf8.count >= Self.shortestText {
                chosen.append((text, kind))
            }
        }
        // The longest are the most distinctive.
        chosen.sort { ($0.text.utf8.count, $0.text) > ($1.text.utf8.count, $1.text) }
        let matcher = TextMatcher(chosen.map(\.text))
        let shared = words.others.reduce(into: Set<Int>()) { $0.formUnion(matcher.search($1)) }
        let left = chosen.indices.filter { !shared.contains($0) }
        for number in left.prefix(textsOfEach) where texts.count < Self.mostTexts {
            texts.insert(chosen[number].text)
            sampled.insert(chosen[number].kind)
        }
    }

    private static func transcribed(_ path: String) throws(SessionStoreError) -> [String] {
        let review = ReviewFile.path(of: path)
        guard FileSystem.exists(review) else { return [] }
        let queue = try SchemaGuard.reading(review, keepsRows: true)
        do {
            let found = try queue.read { database in
                guard try database.tableExists("transcript_segments") else { return [String]() }
                return try String.fetchAll(
                    database,
                    sql: "SELECT text FROM transcript_segments ORDER BY length(text) DESC LIMIT 50")
            }
            try queue.close()
            return found
        } catch {
            throw .wrapping(error, path: review)
        }
    }

    /// Forgets texts that another participant wrote word for word too: they would be found for ever.
    /// - Parameter files: of sessions of other participants.
    public mutating func forgetShared(with files: [String]) {
        let own = texts.sorted()
        let matcher = TextMatcher(own)
        var shared: Set<Int> = []
        for path in files {
            // One that cannot be read is told by the search.
            guard let reader = try? SessionReader.open(at: path, alignment: .recorded) else {
                continue
            }
            for turn in (try? reader.turns()) ?? [] { shared.formUnion(matcher.search(turn.text)) }
            try? reader.close()
        }
        for number in shared { texts.remove(own[number]) }
    }

    // MARK: - Samples

    /// Three stretches a stream, of whichever channel changes, wherever in the stream that is.
    private mutating func sample(
        _ stream: StreamDescription, _ kind: RecordedData, _ reader: SessionReader
    ) throws(SessionStoreError) {
        var count = 0
        var isEmpty = true
        // Few samples come in a chunk of a slow stream.
        var waiting = [[Int64]](repeating: [], count: stream.channels.count)
        do {
            try reader.forEachChunk(of: stream.id) { chunk in
                isEmpty = false
                for (channel, column) in chunk.columns.enumerated() {
                    waiting[channel] += SampleMatcher.values(column)
                }
                for (channel, values) in waiting.enumerated() {
                    guard let part = Self.distinctive(of: values) else { continue }
                    sequences[channel, default: []].append(part)
                    count += 1
                    break
                }
                waiting = waiting.map { $0.suffix(Self.sequenceLength - 1) }
                return count < 3
            }
        } catch let error as SessionStoreError {
            throw error
        } catch {
            throw .wrapping(error, path: reader.path)
        }
        if !isEmpty { held.insert(kind) }
        if count > 0 { sampled.insert(kind) }
    }

    /// The stretch whose values differ most; nil where all are as of a counter, or of a signal that rests.
    private static func distinctive(of values: [Int64]) -> [Int64]? {
        var best: (distinct: Int, part: ArraySlice<Int64>)?
        for start in stride(from: 0, through: values.count - sequenceLength, by: sequenceLength / 2)
        {
            let part = values[start..<start + sequenceLength]
            let changes = zip(part.dropFirst(), part).count { $0 != $1 }
            guard changes + 1 >= max(sequenceLength / 3, (best?.distinct ?? 0) + 1) else {
                continue
            }
            let distinct = Set(part).count
            let steps = Set(zip(part.dropFirst(), part).map { $0 &- $1 })
            if distinct >= sequenceLength / 3, steps.count >= 3, distinct > best?.distinct ?? 0 {
                best = (distinct, part)
            }
        }
        return best.map { Array($0.part) }
    }
}
