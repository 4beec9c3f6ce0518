/// Reads a stream of server-sent events, cut anywhere, also inside a character.
///
/// Source: WHATWG HTML, "Server-sent events", parsing an event stream. Only the fields `event` and
/// `data` matter here; an event that the stream's end cuts off is given by `finish()`, because some
/// servers leave out the last empty line.
struct ServerSentEvents: Sendable {
    struct Event: Hashable, Sendable {
        /// Empty where the stream names none.
        var name = ""
        /// Its lines of data, with line feeds between them.
        var data = ""
    }

    /// Bytes of the line that has not ended yet.
    private var line: [UInt8] = []
    /// The last byte was a carriage return: a line feed that follows belongs to it.
    private var afterReturn = false
    private var isFirstLine = true
    private var name = ""
    private var data: [UInt8]?

    /// Takes a piece and returns the events that it completes.
    mutating func feed(_ bytes: some Sequence<UInt8>) -> [Event] {
        var events: [Event] = []
        for byte in bytes {
            defer { afterReturn = byte == 0x0D }
            switch byte {
            case 0x0A where afterReturn: continue
            case 0x0A, 0x0D:
                if let event = endLine() { events.append(event) }
            default: line.append(byte)
            }
        }
        return events
    }

    /// The event that was under way when the stream ended.
    mutating func finish() -> Event? {
        if !line.isEmpty, let event = endLine() { return event }
        return dispatch()
    }

    private mutating func endLine() -> Event? {
        defer { line.removeAll(keepingCapacity: true) }
        if isFirstLine {
            isFirstLine = false
            if line.starts(with: [0xEF, 0xBB, 0xBF]) { line.removeFirst(3) }
        }
        if line.isEmpty { return dispatch() }
        let colon = line.firstIndex(of: UInt8(ascii: ":")) ?? line.endIndex
        var value = line[min(colon + 1, line.endIndex)...]
        if value.first == 0x20 { value.removeFirst() }
        switch String(decoding: line[..<colon], as: UTF8.self) {
        case "data":
            if data != nil {
                data?.append(0x0A)
                data?.append(contentsOf: value)
            } else {
                data = Array(value)
            }
        case "event": name = String(decoding: value, as: UTF8.self)
        default: break
        }
        return nil
    }

    private mutating func dispatch() -> Event? {
        defer {
            name = ""
            data = nil
        }
        guard let data else { return nil }
        return Event(name: name, data: String(decoding: data, as: UTF8.self))
    }
}
