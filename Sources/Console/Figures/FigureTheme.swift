import Foundation

/// Colours of a figure, for light and for dark surroundings: those of the console's pages.
///
/// Series are told apart by people with any colour vision (after Okabe and Ito), and by more than colour:
/// by dashes, shapes, order or labels.
enum FigureTheme: String, Sendable {
    case light, dark

    var ground: String { self == .light ? "#ffffff" : "#222526" }
    var ink: String { self == .light ? "#22231f" : "#eceae4" }
    var soft: String { self == .light ? "#55564f" : "#b4b6b1" }
    var line: String { self == .light ? "#d3d1c8" : "#3b4042" }

    var series: [String] {
        self == .light
            ? ["#0072b2", "#c9520a", "#007d5a", "#a8447c", "#856800"]
            : ["#5eb0ea", "#f0925a", "#3fc79b", "#e39bc4", "#dcc04a"]
    }

    /// What is written on an area of this colour: black or white, whichever stands out more.
    func ink(on color: String) -> String {
        let parts = Self.parts(color)
        // Relative luminance and the contrast of WCAG 2.2.
        let linear = parts.map { value -> Double in
            let share = Double(value) / 255
            return share <= 0.04045 ? share / 12.92 : pow((share + 0.055) / 1.055, 2.4)
        }
        let luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
        return (luminance + 0.05) / 0.05 >= 1.05 / (luminance + 0.05) ? "#000000" : "#ffffff"
    }

    /// Colours of the points of a scale: from one colour over grey to another, as many as there are points.
    func diverging(_ points: Int) -> [String] {
        let low = Self.parts(self == .light ? "#c9520a" : "#f0925a")
        let high = Self.parts(self == .light ? "#0072b2" : "#5eb0ea")
        let middle = Self.parts(self == .light ? "#d9d8d2" : "#5a5e60")
        return (0..<points).map { point in
            let place = points > 1 ? 2 * Double(point) / Double(points - 1) - 1 : 0
            let end = place < 0 ? low : high
            return Self.text(
                zip(middle, end).map {
                    Int((Double($0) + (Double($1 - $0)) * abs(place)).rounded())
                })
        }
    }

    private static func parts(_ color: String) -> [Int] {
        let digits = Array(color.dropFirst())
        return stride(from: 0, to: 6, by: 2).map {
            Int(String(digits[$0...$0 + 1]), radix: 16) ?? 0
        }
    }

    private static func text(_ parts: [Int]) -> String {
        "#" + parts.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
