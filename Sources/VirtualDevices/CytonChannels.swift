/// How a Cyton's eight inputs are set, and the scale that follows.
public struct CytonChannels: Hashable, Sendable {
    /// Amplification by channel.
    public private(set) var gains = [Int](repeating: 24, count: 8)
    /// Which channels have power.
    public private(set) var isOn = [Bool](repeating: true, count: 8)

    /// The steps of the converter for a voltage: 4.5 V / gain / (2²³ − 1) each.
    public static func steps(microvolts: Double, gain: Int) -> Int64 {
        let step = 4.5e6 / Double(gain) / 8_388_607
        return Int64(max(-8_388_608, min(8_388_607, (microvolts / step).rounded())))
    }

    /// Obeys `x CHANNEL POWER_DOWN GAIN INPUT BIAS SRB2 SRB1 X`.
    /// - Returns: what the board says.
    mutating func set(_ command: [UInt8]) -> String {
        guard command.count == 9, command.last == UInt8(ascii: "X") else {
            return "Failure: too few chars"
        }
        let digits = command.dropFirst().dropLast().map { Int($0) - 48 }
        let gainCodes = [1, 2, 4, 6, 8, 12, 24]
        guard (1...8).contains(digits[0]), (0...1).contains(digits[1]),
            gainCodes.indices.contains(digits[2]), (0...7).contains(digits[3]),
            digits[4...].allSatisfy({ (0...1).contains($0) })
        else { return "Failure: Err: invalid setting" }
        isOn[digits[0] - 1] = digits[1] == 0
        gains[digits[0] - 1] = gainCodes[digits[2]]
        return "Success: Channel set for \(digits[0])"
    }
}
