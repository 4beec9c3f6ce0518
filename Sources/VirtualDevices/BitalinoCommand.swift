/// A command that a BITalino understands, by the mode it is in.
enum BitalinoCommand: Hashable, Sendable {
    /// Samples a second: 1, 10, 100 or 1000.
    case rate(Int)
    /// Begin to send the channels of the mask (bit 0 is A1), measured or made up by the device.
    case start(mask: UInt8, simulated: Bool)
    /// End sending.
    case stop
    /// Go to idle from any mode.
    case idle
    /// Ask for the firmware's name.
    case version
    /// Ask for the state of all channels.
    case state
    /// When the battery light comes on, 0…63.
    case batteryThreshold(UInt8)
    /// Set the digital outputs: bit 0 is O1, bit 1 is O2.
    case outputs(UInt8)
    /// Set the pulse-width output; its value comes in the next byte.
    case pulseWidth

    /// What a byte means; nil for nothing.
    init?(_ byte: UInt8, isSending: Bool) {
        switch byte {
        case 0xFF: self = .idle
        case 0xA3: self = .pulseWidth
        case 0xB3, 0xB7, 0xBB, 0xBF: self = .outputs(byte >> 2 & 3)
        case 0x00 where isSending: self = .stop
        // While sending nothing else is understood.
        case _ where isSending: return nil
        case 0x07: self = .version
        case 0x0B: self = .state
        case 0x03, 0x43, 0x83, 0xC3: self = .rate([1, 10, 100, 1000][Int(byte >> 6)])
        case _ where byte & 3 == 0: self = .batteryThreshold(byte >> 2)
        case _ where byte & 3 == 1 && byte >> 2 != 0:
            self = .start(mask: byte >> 2, simulated: false)
        case _ where byte & 3 == 2 && byte >> 2 != 0:
            self = .start(mask: byte >> 2, simulated: true)
        default: return nil
        }
    }

    /// What it means, for the log.
    var meaning: String {
        switch self {
        case .rate(let rate): "rate \(rate)"
        case .start(let mask, let simulated): "\(simulated ? "simulated" : "start") mask \(mask)"
        case .stop: "stop"
        case .idle: "idle"
        case .version: "version"
        case .state: "state"
        case .batteryThreshold(let value): "battery-threshold \(value)"
        case .outputs(let bits): "outputs \(bits)"
        case .pulseWidth: "pulse-width"
        }
    }
}
