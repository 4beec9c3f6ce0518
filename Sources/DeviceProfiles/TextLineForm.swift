/// Lines of text; each is a sample of one stream.
struct TextLineForm: LineForm {
    let framing: LineFraming

    var maximumLength: Int { framing.maximumLength }
    var discardsFirst: Bool { framing.discardsFirst }

    func read(_ bytes: Span<UInt8>, _ line: Range<Int>, into output: inout DecodedOutput) {
        var line = line
        let length = line.count
        for marker in framing.markers where has(marker, bytes, line) {
            if marker.isMissing {
                addFault(marker.fault, bytes: length, stream: 0, into: &output)
                appendMissing(into: &output)
                return
            }
            addFault(marker.fault, bytes: length, stream: nil, into: &output)
            switch marker.place {
            case .whole: return
            case .start: line.removeFirst(marker.text.count)
            case .end: line.removeLast(marker.text.count)
            }
            while let last = line.last, isBlank(bytes[last]) { line.removeLast() }
        }
        for record in framing.records {
            if let fields = record.pattern.match(bytes, line),
                let numbers = numbers(record, fields, bytes)
            {
                append(numbers, record.stream, into: &output)
                return
            }
        }
        addFault(.unparsable, bytes: length, stream: nil, into: &output)
    }

    private func has(
        _ marker: LineFraming.Marker, _ bytes: Span<UInt8>, _ line: Range<Int>
    ) -> Bool {
        let count = marker.text.count
        guard count > 0, line.count >= count else { return false }
        if marker.place == .whole, line.count != count { return false }
        let start = marker.place == .end ? line.upperBound - count : line.lowerBound
        for index in 0..<count where bytes[start + index] != marker.text[index] { return false }
        return true
    }

    private func numbers(
        _ record: LineFraming.Record, _ fields: [Range<Int>], _ bytes: Span<UInt8>
    ) -> [LineNumber]? {
        var numbers: [LineNumber] = []
        numbers.reserveCapacity(record.columns.count)
        for column in record.columns {
            guard fields.indices.contains(column.field),
                let number = LineNumber.read(bytes, fields[column.field], as: column.number)
            else { return nil }
            numbers.append(number)
        }
        return numbers
    }

    private func appendMissing(into output: inout DecodedOutput) {
        guard !output.streams.isEmpty else { return }
        for index in output.streams[0].columns.indices {
            output.streams[0].columns[index].withReals { $0.append(.nan) }
        }
        output.streams[0].count += 1
    }
}
