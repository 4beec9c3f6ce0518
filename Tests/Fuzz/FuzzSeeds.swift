import DeviceProfiles
import Foundation

/// The seeds of a profile, from which libFuzzer starts.
///
/// A file has one packet or piece a line: `[CHARACTERISTIC ]HEX`, or `text …` for a line of text. An empty
/// line ends a seed; `talk` as a seed's first line makes it a conversation; `#` begins a comment.
enum FuzzSeeds {
    static func read(_ path: String, _ target: FuzzTarget) -> [[UInt8]] {
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else { return [] }
        var names: [String] = []
        if case .bluetooth(let transport) = target.profile.transport {
            names = transport.characteristics.map(\.name)
        }
        var seeds: [[UInt8]] = []
        var seed: [UInt8] = []
        for line in text.components(separatedBy: "\n") + [""] {
            if line.hasPrefix("#") { continue }
            if line.isEmpty {
                if !seed.isEmpty { seeds += [seed, [seed[0] | 1] + seed.dropFirst()] }
                seed = []
                continue
            }
            if seed.isEmpty { seed = [line == "talk" ? 2 : 0] }
            if line == "talk" { continue }
            var characteristic = 0
            var content: [UInt8]
            if line.hasPrefix("text ") {
                content = Array(line.dropFirst(5).utf8) + [10]
            } else {
                var words = line.split(separator: " ")
                if let first = words.first, let index = names.firstIndex(of: String(first)) {
                    characteristic = index
                    words.removeFirst()
                }
                let digits = Array(words.joined())
                content = stride(from: 0, to: digits.count - 1, by: 2).map {
                    guard let byte = UInt8(String(digits[$0...$0 + 1]), radix: 16) else {
                        fatalError("\(path): no hexadecimal digits: \(line)")
                    }
                    return byte
                }
            }
            while true {
                let part = content.prefix(254)
                seed += [UInt8(characteristic) << 4, UInt8(part.count)] + part
                content.removeFirst(part.count)
                if content.isEmpty { break }
            }
        }
        return seeds
    }
}
