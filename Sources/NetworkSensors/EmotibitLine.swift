/// One line of an EmotiBit: `ms,packet,n,tag,version,reliability,values…`.
struct EmotibitLine: Hashable, Sendable {
    /// The device's own clock when the last value was there, since it has power.
    var milliseconds: Int64
    /// Counts its lines, modulo 65,536.
    var packet: Int64
    var tag: String
    var payload: [String]

    /// Reads a line; nil where it is none.
    init?(_ line: some StringProtocol) {
        let fields = line.split(separator: ",", omittingEmptySubsequences: false)
        guard fields.count >= 6, let milliseconds = Int64(fields[0]), milliseconds >= 0,
            milliseconds < 1 << 44, let packet = Int64(fields[1]), (0...65_535).contains(packet),
            let count = Int(fields[2]), fields.count - 6 == count || fields.count == 6
        else { return nil }
        self.milliseconds = milliseconds
        self.packet = packet
        tag = String(fields[3])
        payload = fields.dropFirst(6).map { String($0.filter { !$0.isWhitespace }) }
    }

    /// The values as numbers; nil where one is none.
    var numbers: [Double]? {
        var found: [Double] = []
        for text in payload {
            guard let number = Double(text), number.isFinite else { return nil }
            found.append(number)
        }
        return found
    }

    /// What follows a key in the payload.
    func value(of key: String) -> String? {
        guard let place = payload.firstIndex(of: key), place + 1 < payload.count else { return nil }
        return payload[place + 1]
    }
}
