import Foundation
import SessionStore
import Timebase

/// Six channels of a body, made up: a heartbeat, skin responses, waves and noise, each 0…4095.
struct LongSignal {
    private var index = 0
    private var random: UInt64 = 0x9E37_79B9_7F4A_7C15
    private var response = 0.0
    private var rise = 0.0

    /// A noise of some steps.
    private mutating func noise(_ bits: UInt64) -> Int64 {
        random ^= random << 13
        random ^= random >> 7
        random ^= random << 17
        return Int64(random >> 40 & (1 << bits - 1)) - (1 << (bits - 1))
    }

    /// The next samples of all channels.
    mutating func take(_ count: Int) -> [SampleColumn] {
        var columns = [[Int64]](repeating: [], count: 6)
        for column in columns.indices { columns[column].reserveCapacity(count) }
        for _ in 0..<count {
            // The heart's period goes up and down by a fifth within five minutes.
            let period = 800 + Int(160 * sin(Double(index) / 48_000))
            let beat = index % period
            columns[0].append(Self.electrocardiogram(beat) + noise(4))
            if index % 23_000 == 0 { rise = 400 }
            rise *= 0.999
            response = response * 0.9997 + rise * 0.001
            columns[1].append(Int64(5000 + 300 * response / 40) + noise(3))
            columns[2].append(Int64(2048 + 900 * sin(Double(index) / 640)) + noise(4))
            columns[3].append(Int64(1500 + 900 * max(0, 1 - Double(beat) / 300)) + noise(4))
            columns[4].append(2000 + noise(6))
            columns[5].append(2048 + noise(7))
            index += 1
        }
        return columns.map { .integers($0) }
    }

    private static func electrocardiogram(_ beat: Int) -> Int64 {
        switch beat {
        case 100..<160: 560 + Int64(25 - abs(beat - 130))
        case 230..<240: 480
        case 240..<252: 500 + Int64(beat - 240) * 60
        case 252..<264: 1160 - Int64(beat - 252) * 65
        case 264..<274: 440
        case 420..<560: 510 + Int64(70 - abs(beat - 490))
        default: 512
        }
    }
}
