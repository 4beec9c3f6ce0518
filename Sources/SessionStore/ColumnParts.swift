import Timebase

extension SampleColumn {
    /// The column without its first values.
    func dropping(_ count: Int) -> SampleColumn {
        if count <= 0 { return self }
        return switch self {
        case .integers(let values): .integers(Array(values.dropFirst(count)))
        case .reals(let values): .reals(Array(values.dropFirst(count)))
        }
    }

    /// Part of the column; the range must lie inside.
    subscript(range: Range<Int>) -> SampleColumn {
        switch self {
        case .integers(let values): .integers(Array(values[range]))
        case .reals(let values): .reals(Array(values[range]))
        }
    }

    /// Adds another column of the same kind at the end; one of another kind is left out.
    mutating func append(_ other: SampleColumn) {
        switch (self, other) {
        case (.integers(var values), .integers(let more)):
            self = .integers([])
            values.append(contentsOf: more)
            self = .integers(values)
        case (.reals(var values), .reals(let more)):
            self = .reals([])
            values.append(contentsOf: more)
            self = .reals(values)
        default: break
        }
    }

    /// An empty column of a channel's storage.
    init(_ storage: ChannelDescription.Storage) {
        switch storage {
        case .integer: self = .integers([])
        case .real: self = .reals([])
        }
    }

    /// Whether the column is of a channel's storage.
    func isKept(as storage: ChannelDescription.Storage) -> Bool {
        switch (self, storage) {
        case (.integers, .integer), (.reals, .real): true
        default: false
        }
    }

    /// The raw value at an index as a floating-point number.
    func value(_ index: Int) -> Double {
        switch self {
        case .integers(let values): Double(values[index])
        case .reals(let values): values[index]
        }
    }
}
