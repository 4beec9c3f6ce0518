import Markup
import Timebase

/// Draws the residuals of a session's streams over time, as SVG that any browser shows.
///
/// A panel a stream, and one for the lags from keys to each client's drafts: how late packets arrived behind the time that their last sample is said to be of,
/// less the typical delay, with the 95% bound as a band around 0, gaps and resets. No scripts, no
/// styles from elsewhere, the system's own sans-serif letters.
public struct SyncPlot {
    let report: SyncReport
    private let axis: PlotAxis
    static let width = 1000.0
    static let left = 76.0
    static let right = 980.0
    private static let head = 84.0

    public init(_ report: SyncReport) {
        self.report = report
        axis = PlotAxis.time(report.to - report.from)
    }

    /// The picture, as the text of a file.
    public var svg: String {
        var body = ""
        var top = Self.head
        for stream in report.streams {
            let panel = SyncPanel(
                stream: stream, from: report.from, to: report.to, top: top, time: axis)
            body += panel.svg
            top = panel.bottom + 34
        }
        for lag in report.keyLags where !lag.pairs.isEmpty {
            let panel = KeyLagPanel(
                lag: lag, from: report.from, to: report.to, top: top, time: axis)
            body += panel.svg
            top = panel.bottom + 34
        }
        if report.streams.isEmpty {
            body += SVG.text("The session has no streams.", x: Self.left, y: top)
            top += 30
        }
        let height = SVG.number(top + 4)
        let description = report.session.description
        let title = "In sync? \(description.study), \(description.participant)"
        return """
            <?xml version="1.0" encoding="UTF-8"?>
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1000 \(height)" width="100%" \
            preserveAspectRatio="xMidYMin meet" font-family="sans-serif" font-size="12" fill="#222">
            <title>\(MarkupText.escapedLine(title))</title>
            <rect width="1000" height="\(height)" fill="#fff"/>
            \(SVG.text(title, x: 16, y: 24, "font-size=\"17\" font-weight=\"bold\""))\
            \(SVG.text(report.verdict, x: 16, y: 44))\(legend)\(body)</svg>

            """
    }

    private var legend: String {
        let y = 62.0
        var x = 16.0
        var text = ""
        func entry(_ mark: String, _ words: String) {
            text += mark + SVG.text(words, x: x + 24, y: y + 4, "font-size=\"11\"")
            x += 36 + Double(words.count) * 5.9
        }
        entry(
            "<path d=\"M\(SVG.number(x + 9)) \(y - 6)v12\" stroke=\"#7fa8d9\" stroke-width=\"3\"/>",
            "least to largest lateness")
        entry(
            "<path d=\"M\(SVG.number(x)) \(y)h18\" stroke=\"#1b4f9c\" stroke-width=\"1.5\"/>",
            "mean lateness of arrivals")
        entry(
            "<rect x=\"\(SVG.number(x))\" y=\"\(y - 6)\" width=\"18\" height=\"12\" fill=\"#2e9e5b\" "
                + "fill-opacity=\"0.18\"/>", "95% bound of the times")
        entry(
            "<rect x=\"\(SVG.number(x))\" y=\"\(y - 6)\" width=\"18\" height=\"12\" fill=\"#888\" "
                + "fill-opacity=\"0.45\"/>", "gap")
        entry(
            "<path d=\"M\(SVG.number(x + 9)) \(y - 7)v14\" stroke=\"#c62828\" stroke-width=\"1.5\" "
                + "stroke-dasharray=\"4 2\"/>", "reset of the device's clock")
        return text
    }
}

/// Pieces of SVG.
enum SVG {
    /// A coordinate with two decimals.
    static func number(_ value: Double) -> String {
        guard value.isFinite else { return "0" }
        let clamped = min(max(value, -1e6), 1e6)
        let hundredths = Int64((clamped * 100).rounded())
        let (whole, rest) = hundredths.magnitude.quotientAndRemainder(dividingBy: 100)
        let sign = hundredths < 0 ? "-" : ""
        if rest == 0 { return "\(sign)\(whole)" }
        return "\(sign)\(whole).\(rest < 10 ? "0" : "")\(rest)"
    }

    static func text(_ words: String, x: Double, y: Double, _ attributes: String = "") -> String {
        "<text x=\"\(number(x))\" y=\"\(number(y))\" \(attributes)>\(MarkupText.escapedLine(words))</text>\n"
    }
}
