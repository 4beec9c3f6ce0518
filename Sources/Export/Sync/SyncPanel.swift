import Timebase

/// One stream's part of the picture.
struct SyncPanel {
    let stream: StreamSync
    let from: Instant
    let to: Instant
    /// Where the panel begins, its title included.
    let top: Double
    let time: PlotAxis
    /// In milliseconds.
    private let low: Double
    private let high: Double

    init(stream: StreamSync, from: Instant, to: Instant, top: Double, time: PlotAxis) {
        self.stream = stream
        self.from = from
        self.to = to
        self.top = top
        self.time = time
        (low, high) = Self.range(stream)
    }

    private var hasResiduals: Bool { stream.residuals?.bins.contains { $0 != nil } ?? false }
    private var plotTop: Double { top + 38 }
    private var plotHeight: Double { hasResiduals ? 150 : 56 }
    var bottom: Double { plotTop + plotHeight + 22 }

    /// What the vertical axis shows, in milliseconds: 99 of 100 bars whole, and the bound where it does
    /// not dwarf them.
    private static func range(_ stream: StreamSync) -> (Double, Double) {
        let bound = Double(stream.boundWorst ?? 0) / 1e6
        let bins = stream.residuals?.bins.compactMap(\.self) ?? []
        guard !bins.isEmpty else { return (-1.4 * max(bound, 1e-3), 1.4 * max(bound, 1e-3)) }
        let largest = bins.map(\.largest).sorted()
        let least = bins.map(\.least).sorted()
        let upper = Double(largest[min(largest.count - 1, largest.count * 99 / 100)]) / 1e6
        let lower = Double(least[least.count / 100]) / 1e6
        var (low, high) = (min(lower, 0), max(upper, 0))
        if bound <= 4 * max(high - low, 1e-3) {
            low = min(low, -bound)
            high = max(high, bound)
        }
        let room = max((high - low) * 0.08, 1e-3)
        return (low - room, high + room)
    }

    private func x(_ instant: Instant) -> Double {
        let share = Double(instant - from) / Double(to - from)
        return SyncPlot.left + min(max(share, 0), 1) * (SyncPlot.right - SyncPlot.left)
    }

    private func y(_ milliseconds: Double) -> Double {
        let share = (high - milliseconds) / (high - low)
        return plotTop + min(max(share, 0), 1) * plotHeight
    }

    var svg: String {
        let right = SyncPlot.right
        let left = SyncPlot.left
        let frame =
            "<rect x=\"\(SVG.number(left))\" y=\"\(SVG.number(plotTop))\" width=\"\(SVG.number(right - left))\" "
            + "height=\"\(SVG.number(plotHeight))\" fill=\"none\" stroke=\"#999\"/>\n"
        return title + band + gaps + axes + bars + resets + frame
    }

    private var title: String {
        var sentence = stream.verdict.sentences.first ?? ""
        if stream.verdict.state == .lookAtThis, stream.verdict.sentences.count > 1 {
            sentence = stream.verdict.sentences[1]
        }
        if sentence.count > 150 { sentence = "\(sentence.prefix(147))…" }
        let colour = stream.verdict.state == .lookAtThis ? "#c62828" : "#444"
        var name = stream.name
        if name.count > 60 { name = "\(name.prefix(59))…" }
        return SVG.text(name, x: 16, y: top + 12, "font-size=\"14\" font-weight=\"bold\"")
            + SVG.text(sentence, x: 16, y: top + 28, "font-size=\"11\" fill=\"\(colour)\"")
    }

    // MARK: Layers

    /// The bound around 0, in steps.
    private var band: String {
        let steps = stream.boundSteps
        var text = ""
        // Where bounds change often, the widest of each pixel stands for all.
        var place = 0
        while place < steps.count {
            var bound = steps[place].bound
            let start =
                place == 0
                ? (stream.source == .samples ? x(steps[0].time) : SyncPlot.left)
                : x(steps[place].time)
            var next = place + 1
            while next < steps.count, x(steps[next].time) < start + 1 {
                bound = max(bound, steps[next].bound)
                next += 1
            }
            let end = next < steps.count ? x(steps[next].time) : SyncPlot.right
            let half = Double(bound) / 1e6
            let upper = y(half)
            text +=
                "<rect x=\"\(SVG.number(start))\" y=\"\(SVG.number(upper))\" "
                + "width=\"\(SVG.number(max(end - start, 0.5)))\" "
                + "height=\"\(SVG.number(max(y(-half) - upper, 1)))\" fill=\"#2e9e5b\" "
                + "fill-opacity=\"0.18\"/>\n"
            place = next
        }
        return text
    }

    private var gaps: String {
        var spans: [(Double, Double)] = []
        for gap in stream.gaps.sorted(by: { $0.start < $1.start }) {
            let (start, end) = (x(gap.start), max(x(gap.end), x(gap.start) + 1))
            if let last = spans.last, start <= last.1 + 0.5 {
                spans[spans.count - 1].1 = max(last.1, end)
            } else {
                spans.append((start, end))
            }
        }
        return spans.map { start, end in
            "<rect x=\"\(SVG.number(start))\" y=\"\(SVG.number(plotTop))\" "
                + "width=\"\(SVG.number(end - start))\" height=\"\(SVG.number(plotHeight))\" "
                + "fill=\"#888\" fill-opacity=\"0.45\"/>\n"
        }.joined()
    }

    private var axisTitle: String {
        guard hasResiduals else { return "ms" }
        return stream.source == .events ? "off the line, ms" : "lateness, ms"
    }

    private var axes: String {
        var text = ""
        var vertical = PlotAxis(
            from: low, to: high, about: hasResiduals ? 6 : 3, unit: "ms", scale: 1e6)
        if (stream.boundWorst ?? 0) == 0, !hasResiduals { vertical.ticks = [0] }
        for tick in vertical.ticks {
            let height = y(tick)
            let isZero = tick == 0
            text +=
                "<path d=\"M\(SVG.number(SyncPlot.left)) \(SVG.number(height))H\(SVG.number(SyncPlot.right))\" "
                + "stroke=\"\(isZero ? "#555" : "#ddd")\" stroke-width=\"\(isZero ? "1" : "0.7")\"/>\n"
                + SVG.text(
                    vertical.label(tick), x: SyncPlot.left - 6, y: height + 4,
                    "text-anchor=\"end\" font-size=\"11\"")
        }
        let middle = SVG.number(plotTop + plotHeight / 2)
        text +=
            "<text transform=\"translate(20 \(middle)) rotate(-90)\" text-anchor=\"middle\" "
            + "font-size=\"11\">\(axisTitle)</text>\n"
        let base = plotTop + plotHeight
        for tick in time.ticks {
            let place = x(from + Int64(clamping: tick * time.scale))
            text +=
                "<path d=\"M\(SVG.number(place)) \(SVG.number(base))v4\" stroke=\"#555\"/>\n"
                + SVG.text(
                    tick == time.ticks.last ? "\(time.label(tick)) \(time.unit)" : time.label(tick),
                    x: place, y: base + 16, "text-anchor=\"middle\" font-size=\"11\"")
        }
        if !hasResiduals {
            let words =
                stream.count == 0
                ? "nothing was recorded" : "each time is a stamp of its own; the band is its bound"
            text += SVG.text(
                words, x: SyncPlot.left + 8, y: plotTop + 14, "font-size=\"11\" fill=\"#555\"")
        } else if let bound = stream.boundWorst, Double(bound) / 1e6 > max(high, -low) {
            text += SVG.text(
                "the bound of ±\(SyncVerdict.milliseconds(bound)) reaches beyond the picture",
                x: SyncPlot.right - 8, y: plotTop + 14,
                "text-anchor=\"end\" font-size=\"11\" fill=\"#1e6e3e\"")
        }
        return text
    }

    /// A bar from the least to the largest lateness of each stretch, and a line through the means, broken
    /// at gaps.
    private var bars: String {
        guard let residuals = stream.residuals else { return "" }
        var bars = ""
        var line = ""
        var points = ""
        let step = (SyncPlot.right - SyncPlot.left) / Double(residuals.bins.count)
        let filled = residuals.bins.indices.filter { residuals.bins[$0] != nil }
        let isBroken = breaks(filled.map(residuals.time(of:)))
        for (number, place) in filled.enumerated() {
            guard let bin = residuals.bins[place] else { continue }
            let across = SVG.number(SyncPlot.left + (Double(place) + 0.5) * step)
            let upper = y(Double(bin.largest) / 1e6)
            let lower = max(y(Double(bin.least) / 1e6), upper + 1)
            bars += "M\(across) \(SVG.number(upper))V\(SVG.number(lower))"
            let mean = SVG.number(y(bin.mean / 1e6))
            line += "\(isBroken[number] ? "M" : "L")\(across) \(mean)"
            // One between two breaks would be a line of no length, which is not drawn; and few are seen
            // better as points.
            if filled.count <= 100 || isBroken[number] && isBroken[number + 1] {
                points += "M\(across) \(mean)h0.01"
            }
        }
        return
            "<path d=\"\(bars)\" stroke=\"#7fa8d9\" stroke-width=\"\(SVG.number(step))\" fill=\"none\"/>\n"
            + "<path d=\"\(line)\" stroke=\"#1b4f9c\" stroke-width=\"1.2\" stroke-linecap=\"round\" "
            + "stroke-linejoin=\"round\" fill=\"none\"/>\n"
            + "<path d=\"\(points)\" stroke=\"#1b4f9c\" stroke-width=\"3.5\" stroke-linecap=\"round\"/>\n"
    }

    /// Whether the line is broken before each of these times, and at the end.
    private func breaks(_ times: [Instant]) -> [Bool] {
        let gaps = stream.gaps.sorted { $0.start < $1.start }
        var next = 0
        var broken = times.indices.map { place in
            guard place > 0 else { return true }
            while next < gaps.count, gaps[next].end <= times[place - 1] { next += 1 }
            return next < gaps.count && gaps[next].start < times[place]
        }
        broken.append(true)
        return broken
    }

    private var resets: String {
        stream.resets.prefix(500).map { reset in
            "<path d=\"M\(SVG.number(x(reset))) \(SVG.number(plotTop))v\(SVG.number(plotHeight))\" "
                + "stroke=\"#c62828\" stroke-width=\"1.5\" stroke-dasharray=\"5 3\"/>\n"
        }.joined()
    }
}
