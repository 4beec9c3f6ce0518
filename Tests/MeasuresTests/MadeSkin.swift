import Foundation

/// Skin conductance by a formula, in microsiemens: a slow course with five responses.
enum MadeSkin {
    static func values(count: Int, rate: Double) -> [Double] {
        let responses = [(6.0, 0.8), (15.5, 0.3), (31, 1.1), (33.5, 0.4), (47, 0.05)]
        return (0..<count).map { index in
            let time = Double(index) / rate
            var value = 5 + 0.01 * time + 0.3 * sin(2 * Double.pi * time / 40)
            for (onset, size) in responses where time > onset {
                let since = time - onset
                value += size * 1.8 * (exp(-since / 3.2) - exp(-since / 0.7))
            }
            return value
        }
    }
}
