import Foundation
import Markup

/// Collects the parts of a drawing. Everything that is written is escaped; nothing needs a style sheet or
/// a script, so that the file can be shown under any policy.
struct SVGDrawing {
    enum Anchor: String { case start, middle, end }

    let width: Double
    let height: Double
    let theme: FigureTheme
    private var parts: [String] = []

    init(width: Double, height: Double, theme: FigureTheme) {
        self.width = width
        self.height = height
        self.theme = theme
    }

    mutating func text(
        _ text: String, _ x: Double, _ y: Double, size: Double = 13, anchor: Anchor = .start,
        color: String? = nil, isBold: Bool = false, isUpright: Bool = true
    ) {
        let turned = isUpright ? "" : " transform=\"rotate(-90 \(n(x)) \(n(y)))\""
        let weight = isBold ? " font-weight=\"600\"" : ""
        parts.append(
            "<text x=\"\(n(x))\" y=\"\(n(y))\" font-size=\"\(n(size))\" text-anchor=\"\(anchor.rawValue)\" "
                + "fill=\"\(color ?? theme.ink)\"\(weight)\(turned)>\(MarkupText.escapedLine(text))</text>"
        )
    }

    mutating func line(
        _ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, color: String? = nil,
        width: Double = 1, dash: String? = nil
    ) {
        let dash = dash.map { " stroke-dasharray=\"\($0)\"" } ?? ""
        parts.append(
            "<line x1=\"\(n(x1))\" y1=\"\(n(y1))\" x2=\"\(n(x2))\" y2=\"\(n(y2))\" "
                + "stroke=\"\(color ?? theme.line)\" stroke-width=\"\(n(width))\"\(dash)/>")
    }

    /// - Parameter title: what it says when it is pointed at.
    mutating func rectangle(
        _ x: Double, _ y: Double, _ width: Double, _ height: Double, fill: String,
        stroke: String? = nil, title: String? = nil
    ) {
        let stroke = stroke.map { " stroke=\"\($0)\"" } ?? ""
        let title = title.map { "<title>\(MarkupText.escapedLine($0))</title>" } ?? ""
        parts.append(
            "<rect x=\"\(n(x))\" y=\"\(n(y))\" width=\"\(n(max(0, width)))\" height=\"\(n(max(0, height)))\" "
                + "fill=\"\(fill)\"\(stroke)>\(title)</rect>")
    }

    mutating func circle(
        _ x: Double, _ y: Double, _ radius: Double, fill: String, opacity: Double = 1
    ) {
        parts.append(
            "<circle cx=\"\(n(x))\" cy=\"\(n(y))\" r=\"\(n(radius))\" fill=\"\(fill)\" fill-opacity=\"\(n(opacity))\"/>"
        )
    }

    /// A line through points; a point that is no number interrupts it.
    mutating func path(
        _ points: [(x: Double, y: Double)], color: String, width: Double = 2, dash: String? = nil,
        opacity: Double = 1
    ) {
        var commands = ""
        var isOpen = false
        for point in points {
            guard point.x.isFinite, point.y.isFinite else {
                isOpen = false
                continue
            }
            commands += "\(isOpen ? "L" : "M")\(n(point.x)) \(n(point.y))"
            isOpen = true
        }
        guard !commands.isEmpty else { return }
        let dash = dash.map { " stroke-dasharray=\"\($0)\"" } ?? ""
        parts.append(
            "<path d=\"\(commands)\" fill=\"none\" stroke=\"\(color)\" stroke-width=\"\(n(width))\" "
                + "stroke-opacity=\"\(n(opacity))\" stroke-linejoin=\"round\"\(dash)/>")
    }

    /// The area between two lines; where one is no number there is none.
    mutating func band(_ points: [(x: Double, low: Double, high: Double)], color: String) {
        var run: [(x: Double, low: Double, high: Double)] = []
        func area() -> String? {
            guard run.count > 1 else { return nil }
            let there = run.map { "\(n($0.x)) \(n($0.high))" }
            let back = run.reversed().map { "\(n($0.x)) \(n($0.low))" }
            return "<path d=\"M\((there + back).joined(separator: "L"))Z\" fill=\"\(color)\" "
                + "fill-opacity=\"0.22\" stroke=\"none\"/>"
        }
        for point in points {
            if point.low.isFinite, point.high.isFinite {
                run.append(point)
            } else {
                if let area = area() { parts.append(area) }
                run = []
            }
        }
        if let area = area() { parts.append(area) }
    }

    /// The whole file.
    /// - Parameters:
    ///   - title: what the figure is, for those who do not see it too.
    ///   - description: what it shows, in words.
    func document(title: String, description: String) -> String {
        """
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(n(width)) \(n(height))" width="\(n(width))" \
        height="\(n(height))" role="img" font-family="system-ui, 'Noto Sans', 'DejaVu Sans', sans-serif">
        <title>\(MarkupText.escapedLine(title))</title>
        <desc>\(MarkupText.escapedLine(description))</desc>
        <rect width="100%" height="100%" fill="\(theme.ground)"/>
        \(parts.joined(separator: "\n"))
        </svg>

        """
    }

    /// Two decimals, which is below a tenth of what an eye tells apart.
    private func n(_ value: Double) -> String {
        guard value.isFinite else { return "0" }
        let rounded = (value * 100).rounded() / 100
        return rounded == rounded.rounded() && abs(rounded) < 1e15
            ? String(Int(rounded)) : String(rounded)
    }
}
