import Markup
import Timebase

/// Writes tiers as a TextGrid of Praat, in its long form in UTF-8: tiers of intervals that tile the whole
/// time, empty where nothing is, and tiers of points. Times are seconds since the session's start.
struct TextGridWriter {
    let start: Instant
    let end: Instant

    /// What more is said of an annotation stands behind its value: `value (name: text; …)`.
    func text(_ tiers: [AnnotationTier]) -> String {
        let last = max(1, tiers.flatMap(\.entries).map { ticks($0.end) }.max() ?? 0, ticks(end))
        var lines = [
            "File type = \"ooTextFile\"", "Object class = \"TextGrid\"", "", "xmin = 0 ",
            "xmax = \(seconds(last)) ", "tiers? <exists> ", "size = \(tiers.count) ", "item []: ",
        ]
        for (index, tier) in tiers.enumerated() {
            lines.append("    item [\(index + 1)]:")
            lines += head(tier, last)
            lines += tier.kind == .points ? points(tier) : intervals(tier, last)
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private func head(_ tier: AnnotationTier, _ last: Int64) -> [String] {
        [
            "        class = \"\(tier.kind == .points ? "TextTier" : "IntervalTier")\" ",
            "        name = \(quoted(tier.name)) ", "        xmin = 0 ",
            "        xmax = \(seconds(last)) ",
        ]
    }

    private func points(_ tier: AnnotationTier) -> [String] {
        // Praat refuses two points of a tier at one time.
        var entries: [(Int64, String)] = []
        for entry in tier.entries {
            let time = max(ticks(entry.start), (entries.last?.0 ?? -1) + 1)
            entries.append((time, words(entry)))
        }
        return ["        points: size = \(entries.count) "]
            + entries.enumerated().flatMap { index, entry in
                [
                    "        points [\(index + 1)]:", "            number = \(seconds(entry.0)) ",
                    "            mark = \(quoted(entry.1)) ",
                ]
            }
    }

    private func intervals(_ tier: AnnotationTier, _ last: Int64) -> [String] {
        var pieces: [(from: Int64, to: Int64, text: String)] = []
        var reached: Int64 = 0
        for entry in tier.entries {
            let from = max(ticks(entry.start), reached)
            let to = max(ticks(entry.end), from + 1)
            if from > reached { pieces.append((reached, from, "")) }
            pieces.append((from, to, words(entry)))
            reached = to
        }
        if reached < last { pieces.append((reached, last, "")) }
        return ["        intervals: size = \(pieces.count) "]
            + pieces.enumerated().flatMap { index, piece in
                [
                    "        intervals [\(index + 1)]:",
                    "            xmin = \(seconds(piece.from)) ",
                    "            xmax = \(seconds(piece.to)) ",
                    "            text = \(quoted(piece.text)) ",
                ]
            }
    }

    private func words(_ entry: AnnotationTier.Entry) -> String {
        let more = entry.more.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }
        return more.isEmpty ? entry.value : "\(entry.value) (\(more.joined(separator: "; ")))"
    }

    /// Microseconds since the start: what is written exactly.
    private func ticks(_ time: Instant) -> Int64 {
        max(0, (time.nanoseconds - start.nanoseconds + 500) / 1000)
    }

    /// In decimal digits, without the errors of a floating-point number.
    private func seconds(_ ticks: Int64) -> String {
        let (whole, rest) = ticks.quotientAndRemainder(dividingBy: 1_000_000)
        guard rest != 0 else { return "\(whole)" }
        var digits = String(String(rest + 1_000_000).dropFirst())
        while digits.hasSuffix("0") { digits.removeLast() }
        return "\(whole).\(digits)"
    }

    /// One line in quotation marks, those within doubled.
    private func quoted(_ text: String) -> String {
        "\"" + MarkupText.line(text).replacing("\"", with: "\"\"") + "\""
    }
}
