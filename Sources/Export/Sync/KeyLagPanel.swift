import Reports
import Timebase

/// The lags from key to page in the picture: their spread over time, median and 95th percentile.
struct KeyLagPanel {
    let lag: KeyLag
    let from: Instant
    let to: Instant
    /// Where the panel begins, its title included.
    let top: Double
    let time: PlotAxis
    private static let height = 110.0
    private var plotTop: Double { top + 38 }
    private var base: Double { plotTop + Self.height }
    var bottom: Double { base + 22 }

    /// Milliseconds from bottom to top: 99 of 100 lags, and 0.
    private var range: (low: Double, high: Double) {
        let high = max(Double(lag.p99 ?? 0) / 1e6, 0) * 1.1 + 0.1
        let least = Double(lag.pairs.map(\.lag).min() ?? 0) / 1e6
        return (min(max(least, -high), 0) * 1.1, high)
    }

    var svg: String {
        let (low, high) = range
        func y(_ nanoseconds: Double) -> String {
            let share = (high - nanoseconds / 1e6) / (high - low)
            return SVG.number(plotTop + min(max(share, 0), 1) * Self.height)
        }
        let (left, right) = (SyncPlot.left, SyncPlot.right)
        var bins = ResidualBins(from: from, to: to)
        for pair in lag.pairs { bins.add(pair.lag, at: pair.pressed) }
        var bars = ""
        var points = ""
        let step = (right - left) / Double(bins.bins.count)
        for (place, bin) in bins.bins.enumerated() {
            guard let bin else { continue }
            let x = SVG.number(left + (Double(place) + 0.5) * step)
            bars += "M\(x) \(y(Double(bin.largest)))V\(y(Double(bin.least)))"
            points += "M\(x) \(y(bin.mean))h0.01"
        }
        var text = title
        for tick in PlotAxis(from: low, to: high, about: 5, unit: "ms", scale: 1e6).ticks {
            text +=
                "<path d=\"M\(SVG.number(left)) \(y(tick * 1e6))H\(SVG.number(right))\" "
                + "stroke=\"\(tick == 0 ? "#555" : "#ddd")\" stroke-width=\"0.7\"/>\n"
                + "<text x=\"\(SVG.number(left - 6))\" y=\"\(y(tick * 1e6))\" dy=\"4\" text-anchor=\"end\" "
                + "font-size=\"11\">\(ReadableNumber.decimal(tick, high < 3 ? 1 : 0))</text>\n"
        }
        text +=
            "<path d=\"\(bars)\" stroke=\"#7fa8d9\" stroke-width=\"\(SVG.number(step))\" fill=\"none\"/>\n"
            + "<path d=\"\(points)\" stroke=\"#1b4f9c\" stroke-width=\"3\" stroke-linecap=\"round\"/>\n"
        for value in [lag.median, lag.p95] {
            guard let value else { continue }
            text +=
                "<path d=\"M\(SVG.number(left)) \(y(Double(value)))H\(SVG.number(right))\" "
                + "stroke=\"#b35c00\" stroke-dasharray=\"6 3\"/>\n"
        }
        for tick in time.ticks {
            let share = Double(Int64(clamping: tick * time.scale)) / Double(to - from)
            let x = left + min(max(share, 0), 1) * (right - left)
            let label = time.label(tick)
            text += SVG.text(
                tick == time.ticks.last ? "\(label) \(time.unit)" : label, x: x, y: base + 16,
                "text-anchor=\"middle\" font-size=\"11\"")
        }
        return text
            + "<rect x=\"\(SVG.number(left))\" y=\"\(SVG.number(plotTop))\" "
            + "width=\"\(SVG.number(right - left))\" height=\"\(SVG.number(Self.height))\" fill=\"none\" "
            + "stroke=\"#999\"/>\n"
    }

    private var title: String {
        func milliseconds(_ value: Int64?) -> String {
            value.map { ReadableNumber.decimal(Double($0) / 1e6, 2) } ?? "-"
        }
        let words =
            "ms from key press to change: median \(milliseconds(lag.median)), 95% \(milliseconds(lag.p95)), "
            + "99% \(milliseconds(lag.p99)), \(lag.pairs.count) pairs; dashed: median and 95%"
        return SVG.text(
            "key to \(lag.client.prefix(60))", x: 16, y: top + 12,
            "font-size=\"14\" font-weight=\"bold\"")
            + SVG.text(words, x: 16, y: top + 28, "font-size=\"11\" fill=\"#444\"")
    }
}
