import Timebase

@testable import VirtualDevices

/// What a device's log says of its streams, in the order and scale in which its profile's decoder must
/// give them: the n-th stream's rows of raw values, one a sample.
enum LoggedRows {
    /// The rows of one frame.
    static func rows(of device: String, _ values: [Int64]) -> [(stream: Int, rows: [[Double]])] {
        let numbers = values.map(Double.init)
        func missing(_ value: Double, _ mark: Double, _ scale: Double = 1) -> Double {
            value == mark ? .nan : value / scale
        }
        func samples(_ channels: Int, _ scale: Double = 1) -> [[Double]] {
            stride(from: 3, to: numbers.count, by: channels).map { place in
                (0..<channels).map { numbers[place + $0] * scale }
            }
        }
        switch device {
        case "bitalino", "bitalino-ble": return [(0, [Array(numbers[2...])])]
        case "shimmer3-gsr": return [(0, [Array(numbers[1...])])]
        case "openbci-cyton":
            let axes = Array(numbers[9..<12])
            return [(0, [Array(numbers[1..<9])])]
                + (axes == [0, 0, 0] ? [] : [(1, [axes])])
        case "polar-h10":
            return values[0] == 0 ? [(0, samples(1))] : [(1, samples(3))]
        case "polar-verity-sense", "polar-oh1":
            switch values[0] {
            case 1: return [(0, samples(4))]
            // Packed ones are in steps of 16 g / 65536, and come as thousandths of g.
            case 2: return [(1, samples(3, values[2] == 0x80 ? 1000 * 16 / 65536 : 1))]
            default:
                return [(2, samples(4).map { [$0[1], $0[2], $0[0], $0[3]] })]
            }
        case "heart-rate":
            if values[0] == 1 { return [(3, [[numbers[1]]])] }
            return [(0, [[numbers[1], numbers[2]]]), (1, numbers[5...].map { [$0] })]
                + (values[3] < 0 ? [] : [(2, [[numbers[3]]])])
        case "pulse-oximeter":
            if values[0] == 1 {
                return [
                    (
                        1,
                        [
                            [
                                missing(numbers[1], -1, 10), missing(numbers[2], -1),
                                missing(numbers[5], -1, 100), numbers[3], .nan,
                            ]
                        ]
                    )
                ]
            }
            var row = (0..<6).map { missing(numbers[1 + $0], -1, $0 % 2 == 0 ? 10 : 1) }
            row += [missing(numbers[9], -1, 100), numbers[7], numbers[8]]
            return [(0, [row])]
        case "nonin-3150":
            return [
                (
                    0,
                    [
                        [
                            missing(numbers[4], 127), missing(numbers[5], 511), numbers[2],
                            numbers[1], numbers[0],
                        ]
                    ]
                )
            ]
        case "thermometer":
            return values[0] == 0
                ? [(0, [[numbers[1] / 100, 2]])] : [(1, [[numbers[1] / 100]])]
        case "environmental-sensing": return [(Int(values[0]), [[numbers[1]]])]
        case "bangle-js":
            return values[0] == 0
                ? [(0, [[numbers[2], numbers[1]]])] : [(1, [numbers[1...].map { $0 / 1000 }])]
        case "pulsesensor-visualiser":
            return [([83: 0, 66: 1, 81: 2][values[0]] ?? 0, [[numbers[1]]])]
        case "ad8232": return [(0, [[missing(numbers[0], -1)]])]
        case "max3010x": return [(0, [Array(numbers[..<3])])]
        default: return [(0, [numbers])]
        }
    }
}
