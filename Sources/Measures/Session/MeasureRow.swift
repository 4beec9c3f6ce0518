/// The values of a stretch by their variables' names, while they are computed.
struct MeasureRow {
    private(set) var values: [String: MeasureValue] = [:]

    subscript(name: String) -> MeasureValue {
        get { values[name] ?? .missing }
        set { values[name] = newValue }
    }

    mutating func set(_ name: String, _ value: Double?) {
        values[name] = value.flatMap { $0.isFinite ? .real($0) : nil } ?? .missing
    }

    mutating func set(_ name: String, _ value: Int?) {
        values[name] = value.map { .integer(Int64($0)) } ?? .missing
    }

    mutating func set(_ name: String, _ value: String?) {
        values[name] = value.map { .text($0) } ?? .missing
    }

    /// A measure with its reason and, where it has one, its raw value.
    /// - Parameters:
    ///   - data: seconds of it.
    ///   - raw: the name of the column in which it stands whatever the floor says.
    mutating func set(
        _ name: String, _ value: Double?, raw: String? = nil, data: Double, floor: Double
    ) {
        let known = value.flatMap { $0.isFinite ? $0 : nil }
        if let raw { set(raw, known) }
        let reason: MeasureReason? =
            known == nil ? (data > 0 ? .tooShort : .noData) : data < floor ? .tooShort : nil
        if reason == nil { set(name, known) }
        set("\(name)_why", reason?.rawValue)
    }

    /// The same reason for several measures.
    mutating func set(_ names: [String], missing reason: MeasureReason) {
        for name in names { set("\(name)_why", reason.rawValue) }
    }

    /// What stands there as a number.
    func real(_ name: String) -> Double? {
        switch values[name] {
        case .real(let value)?: value
        case .integer(let value)?: Double(value)
        default: nil
        }
    }
}
