import Timebase

/// Finds stretches of samples in a stream that comes chunk by chunk, however it was cut into chunks.
struct SampleMatcher {
    /// Values by which it is decided whether a stretch may begin.
    private static let beginning = 4
    private static let hashes = 1 << 16

    private var stretches: [Int: [[Int64]]] = [:]
    /// By the hash of a beginning: whether any stretch has it.
    private var mayBegin = [Bool](repeating: false, count: Self.hashes)
    private let longest: Int
    /// The end of what was handed over before.
    private var tail: [Int64] = []

    /// - Parameter stretches: of at least four values; shorter ones are found nowhere.
    init(_ stretches: [[Int64]]) {
        longest = stretches.map(\.count).max() ?? 0
        for stretch in stretches where stretch.count >= Self.beginning {
            let hash = Self.hash(stretch, 0)
            self.stretches[hash, default: []].append(stretch)
            mayBegin[hash] = true
        }
    }

    private static func hash(_ values: [Int64], _ start: Int) -> Int {
        var hash: UInt64 = 0
        for index in start..<start + beginning {
            hash = (hash ^ UInt64(bitPattern: values[index])) &* 0x9E37_79B9_7F4A_7C15
        }
        return Int(hash >> 48)
    }

    /// Forgets what came before: another stream begins.
    mutating func begin() { tail = [] }

    /// Whether a stretch stands in a chunk, or ends in it.
    mutating func finds(_ chunk: SampleColumn) -> Bool {
        let values = tail + Self.values(chunk)
        tail = Array(values.suffix(max(0, longest - 1)))
        guard values.count >= Self.beginning else { return false }
        for start in 0...values.count - Self.beginning {
            let hash = Self.hash(values, start)
            guard mayBegin[hash] else { continue }
            for stretch in stretches[hash] ?? []
            where start + stretch.count <= values.count
                && values[start..<start + stretch.count].elementsEqual(stretch)
            {
                return true
            }
        }
        return false
    }

    /// Values of one kind, whatever the column holds.
    static func values(_ column: SampleColumn) -> [Int64] {
        switch column {
        case .integers(let values): values
        case .reals(let values): values.map { Int64(bitPattern: $0.bitPattern) }
        }
    }
}
