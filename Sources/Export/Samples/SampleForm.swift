import SessionStore

/// How one channel's stored values become the fields of a row.
enum SampleForm {
    /// Integers in their own unit: the physical and the raw field hold the same digits.
    case plainInteger
    /// Integers, and the physical value by formula.
    case integer(NumberCache, (Int64) -> Double)
    /// Numbers in their own unit; no raw field.
    case plainReal
    /// Numbers, and the physical value by formula.
    case real((Double) -> Double)
    /// The formula is not known: the physical field stays empty. Whether integers are stored.
    case unknown(isInteger: Bool)

    init(_ channel: ChannelDescription) {
        let isInteger = channel.storage == .integer
        if channel.conversion != nil, channel.formula == nil {
            self = .unknown(isInteger: isInteger)
        } else if channel.conversion == nil, channel.scale == 1, channel.offset == 0 {
            self = isInteger ? .plainInteger : .plainReal
        } else {
            self =
                isInteger
                ? .integer(NumberCache()) { channel.physical(Double($0)) }
                : .real { channel.physical($0) }
        }
    }

    /// Whether the stored value has a column of its own.
    var hasRaw: Bool {
        if case .plainReal = self { false } else { true }
    }

    /// Writes the channel's fields.
    /// - Parameter bits: the stored value, a real as its bit pattern.
    @inline(__always) func write(_ bits: Int64, to file: CSVFile) {
        switch self {
        case .plainInteger:
            file.integer(bits)
            file.integer(bits)
        case .integer(let cache, let convert):
            cache.write(bits, to: file, convert)
            file.integer(bits)
        case .plainReal:
            file.real(Double(bitPattern: UInt64(bitPattern: bits)))
        case .real(let convert):
            let value = Double(bitPattern: UInt64(bitPattern: bits))
            file.real(convert(value))
            file.real(value)
        case .unknown(let isInteger):
            file.missing()
            if isInteger {
                file.integer(bits)
            } else {
                file.real(Double(bitPattern: UInt64(bitPattern: bits)))
            }
        }
    }
}
