import Timebase

/// Columns that grow and shrink in place: each is taken out first, so that nothing is copied.
extension SampleColumn {
    /// Adds another column of the same kind.
    mutating func add(_ other: SampleColumn) {
        switch (self, other) {
        case (.integers(var values), .integers(let more)):
            self = .integers([])
            values += more
            self = .integers(values)
        case (.reals(var values), .reals(let more)):
            self = .reals([])
            values += more
            self = .reals(values)
        default: break
        }
    }

    mutating func removeFirst(_ count: Int) {
        switch self {
        case .integers(var values):
            self = .integers([])
            values.removeFirst(count)
            self = .integers(values)
        case .reals(var values):
            self = .reals([])
            values.removeFirst(count)
            self = .reals(values)
        }
    }

    func part(_ range: Range<Int>) -> SampleColumn {
        switch self {
        case .integers(let values): .integers(Array(values[range]))
        case .reals(let values): .reals(Array(values[range]))
        }
    }
}
