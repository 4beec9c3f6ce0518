/// A reply of a Polar sensor's control point: `F0 | command | type | status | more | parameters…`.
struct PolarReply: Hashable, Sendable {
    /// What the host asks for.
    enum Command: UInt8, Hashable, Sendable {
        case settings = 1
        case start = 2
        case stop = 3
    }

    var command: UInt8
    var type: UInt8
    var status: UInt8
    /// Whether further replies carry more parameters.
    var hasMore: Bool
    var parameters: [UInt8]

    /// Nil where the packet is no reply.
    init?(_ packet: [UInt8]) {
        guard packet.count >= 4, packet[0] == 0xF0 else { return nil }
        command = packet[1]
        type = packet[2]
        status = packet[3]
        // A refusal may end here.
        hasMore = packet.count > 4 && packet[4] != 0
        parameters = Array(packet.dropFirst(5))
    }

    func answers(_ command: Command, _ measurement: PolarFraming.Measurement) -> Bool {
        self.command == command.rawValue && type == measurement.rawValue
    }

    static var alreadyInState: UInt8 { 6 }

    /// What the status says, and what to do about it where something can be done.
    var statusInWords: String {
        let words = [
            "no error", "it does not know the command", "it does not have this measurement",
            "it does not support this", "the command's length is wrong",
            "a parameter is wrong", "it is already doing this",
            "it does not have this resolution", "it does not have this rate",
            "it does not have this range",
            "the connection's packets are too short (MTU): disconnect it and connect it again",
            "it does not have so many channels",
            "it is in a state that does not allow it: put it on, or switch it on anew",
            "it is being charged: take it off the charger",
            "its memory is full: delete its recordings with the maker's app",
        ]
        return words.indices.contains(Int(status)) ? words[Int(status)] : "error \(status)"
    }
}
