/// Lines of JSON objects; each is a sample of one stream.
struct JSONLineForm: LineForm {
    let framing: JSONFraming

    var maximumLength: Int { framing.maximumLength }
    var discardsFirst: Bool { framing.discardsFirst }

    func read(_ bytes: Span<UInt8>, _ line: Range<Int>, into output: inout DecodedOutput) {
        // A console's prompt may stand before the object.
        let start = framing.ignoresOther ? line.first { bytes[$0] == UInt8(ascii: "{") } : nil
        if framing.ignoresOther, start == nil { return }
        guard let members = JSONMembers.read(bytes, (start ?? line.lowerBound)..<line.upperBound)
        else {
            addFault(.unparsable, bytes: line.count, stream: nil, into: &output)
            return
        }
        var isKnown = false
        for record in framing.records where fits(record, members) {
            isKnown = true
            guard let numbers = numbers(record, members, bytes) else { continue }
            append(numbers, record.stream, into: &output)
            return
        }
        if isKnown || !framing.ignoresOther {
            addFault(.unparsable, bytes: line.count, stream: nil, into: &output)
        }
    }

    private func fits(_ record: JSONFraming.Record, _ members: JSONMembers) -> Bool {
        record.conditions.allSatisfy { path, wanted in members.text(path) == wanted }
    }

    /// Nil where a member that must be there is not, or is no number of its form.
    private func numbers(
        _ record: JSONFraming.Record, _ members: JSONMembers, _ bytes: Span<UInt8>
    ) -> [LineNumber]? {
        var numbers: [LineNumber] = []
        for column in record.columns {
            guard let number = number(column, members, bytes) else { return nil }
            numbers.append(number)
        }
        return numbers
    }

    private func number(
        _ column: JSONFraming.Column, _ members: JSONMembers, _ bytes: Span<UInt8>
    ) -> LineNumber? {
        switch members.value(column.path) {
        case .number(let range):
            guard let number = LineNumber.read(bytes, range, as: column.number) else { return nil }
            if case .real(let real) = number {
                return .real(real.isFinite && !column.missing.contains(real) ? real : .nan)
            }
            return number
        case .truth(let isTrue):
            // Scaled like any other number of the form.
            switch column.number {
            case .integer: return .integer(isTrue ? 1 : 0)
            case .real: return .real(isTrue ? 1 : 0)
            case .decimals: return nil
            }
        case .null, nil: return column.number == .real ? .real(.nan) : nil
        case .text: return nil
        }
    }
}
