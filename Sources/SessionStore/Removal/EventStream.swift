/// An answer that came as a stream of server-sent events, put together again.
///
/// In each event is an object of JSON; the strings of the same member, one event after another, are pieces of
/// one text. Which members those are is not asked, since servers differ.
struct EventStream {
    /// The texts that were streamed, each with the places of its units in the stream.
    private(set) var members: [MappedText] = []
    /// What else stands in it: data that is no object, and lines that are no data.
    private(set) var others: [MappedText] = []

    /// Its last event says that nothing follows.
    private(set) var isDone = false

    private static let field = Array("data:".utf16)

    /// - Returns: nil for what is no such stream.
    init?(_ units: [UInt16]) {
        var texts: [String: MappedText] = [:]
        var event = MappedText()
        var hasEvents = false
        var others: [MappedText] = []
        func end() {
            guard event.units.first(where: { $0 > 0x20 }) == UInt16(UInt8(ascii: "{")) else {
                others.append(event)
                return
            }
            hasEvents = true
            for literal in JSONWalk.literals(in: event.units) {
                texts[literal.path, default: MappedText()].append(
                    event.unescaped(in: literal.content))
            }
        }
        for line in Self.lines(of: units) {
            if units[line].starts(with: Self.field) {
                let rest = line.lowerBound + Self.field.count..<line.upperBound
                // The data of an event may go on in further lines.
                if !event.units.isEmpty {
                    event.append(0x0A, from: line.lowerBound..<rest.lowerBound)
                }
                event.append(MappedText(units, in: rest))
            } else if line.isEmpty {
                end()
                event = MappedText()
            } else {
                others.append(MappedText(units, in: line))
            }
        }
        end()
        guard hasEvents else { return nil }
        isDone =
            others.last { !$0.units.allSatisfy { $0 <= 0x20 } }.map {
                String(decoding: $0.units, as: UTF16.self).contains("[DONE]")
            } ?? false
        members = Array(texts.values)
        self.others = others
    }

    /// Also the empty ones.
    private static func lines(of units: [UInt16]) -> [Range<Int>] {
        var lines: [Range<Int>] = []
        // A mark of the byte order is none of the first line.
        var start = units.first == 0xFEFF ? 1 : 0
        for index in units.indices where units[index] == 10 || units[index] == 13 {
            // A line feed behind a carriage return ends the same line.
            if units[index] == 10, index > 0, units[index - 1] == 13 {
                start = index + 1
                continue
            }
            lines.append(start..<index)
            start = index + 1
        }
        if start < units.count { lines.append(start..<units.count) }
        return lines
    }
}
