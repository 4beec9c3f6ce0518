/// Where the fields of a record stand in one packet.
struct PacketLayout {
    /// Start of each field, of the repeating ones in their first repetition; nil where the packet
    /// does not have it.
    private var places: [Int?]
    private(set) var repetitions = 0
    /// Bytes of one repetition.
    private var stride = 0

    enum Finding {
        case layout(PacketLayout)
        /// The bytes end too early, or go on behind the last field.
        case wrongLength
        /// A field has not the value that it must have.
        case otherForm
    }

    /// Lays a record's fields over a packet.
    static func find(_ bytes: Span<UInt8>, _ record: PacketFraming.Record) -> Finding {
        var layout = PacketLayout(places: Array(repeating: nil, count: record.fields.count))
        var position = 0
        for (index, field) in record.fields.enumerated() {
            guard layout.isThere(field, bytes, record) else { continue }
            if field.repeats {
                layout.places[index] = position + layout.stride
                layout.stride += field.size
                continue
            }
            guard bytes.count - position >= field.size else { return .wrongLength }
            layout.places[index] = position
            position += field.size
            if let expected = field.expected {
                guard
                    case .integer(let value) = PacketNumber.read(
                        bytes, at: position - field.size, field), expected.contains(value)
                else { return .otherForm }
            }
        }
        let rest = bytes.count - position
        if layout.stride > 0 {
            layout.repetitions = rest / layout.stride
            return rest % layout.stride == 0 || record.ignoresRest ? .layout(layout) : .wrongLength
        }
        return rest == 0 || record.ignoresRest ? .layout(layout) : .wrongLength
    }

    private func isThere(
        _ field: PacketFraming.Field, _ bytes: Span<UInt8>, _ record: PacketFraming.Record
    ) -> Bool {
        guard let condition = field.condition else { return true }
        guard let place = places[condition.field] else { return false }
        var flags = record.fields[condition.field]
        flags.missing = []
        guard case .integer(let value) = PacketNumber.read(bytes, at: place, flags) else {
            return false
        }
        return (value >> Int64(condition.bit) & 1 == 1) == condition.isSet
    }

    /// Whether the packet has any of the part's fields.
    func has(_ part: PacketFraming.StreamPart, _ record: PacketFraming.Record) -> Bool {
        part.columns.contains { source in
            switch source {
            case .fields(let indices): indices.contains { places[$0] != nil }
            case .bits(let index): places[record.bits[index].field] != nil
            }
        }
    }

    /// The number of a source; with `isRaw`, also one that stands for a missing value.
    func number(
        _ bytes: Span<UInt8>, _ source: PacketFraming.Source, _ record: PacketFraming.Record,
        repetition: Int, isRaw: Bool = false
    ) -> PacketNumber {
        switch source {
        case .fields(let indices):
            guard let index = indices.first(where: { places[$0] != nil }),
                let first = places[index]
            else { return .missing }
            var field = record.fields[index]
            if isRaw { field.missing = [] }
            let place = field.repeats ? first + repetition * stride : first
            guard place >= 0, bytes.count - place >= field.size else { return .missing }
            return PacketNumber.read(bytes, at: place, field)
        case .bits(let index):
            let bits = record.bits[index]
            var field = record.fields[bits.field]
            field.missing = []
            guard let place = places[bits.field],
                case .integer(let value) = PacketNumber.read(bytes, at: place, field)
            else { return .missing }
            return .integer(value >> Int64(bits.at) & ((1 << Int64(bits.count)) - 1))
        }
    }

    /// The bytes of a number that lies outside its field's range; nil where it does not.
    func implausible(
        _ number: PacketNumber, _ source: PacketFraming.Source, _ record: PacketFraming.Record
    ) -> Int? {
        guard case .fields(let indices) = source,
            let index = indices.first(where: { places[$0] != nil })
        else { return nil }
        let field = record.fields[index]
        let value: Double
        switch number {
        case .integer(let integer): value = Double(integer)
        case .real(let real): value = real
        case .missing: return nil
        }
        let isInside = value >= field.minimum ?? value && value <= field.maximum ?? value
        return isInside ? nil : field.size
    }
}
