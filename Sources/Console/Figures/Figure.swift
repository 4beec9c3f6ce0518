/// One figure of a study: what it shows, as a drawing and as a table.
protocol Figure: Sendable {
    /// The part of its address.
    var name: String { get }
    var title: String { get }
    /// What is shown, of how many, and how it was computed.
    var caption: String { get }
    /// Why there is nothing to draw yet; nil where there is.
    var missing: String? { get }
    var table: FigureTable { get }
    func drawing(_ theme: FigureTheme) -> SVGDrawing
}

extension Figure {
    /// - Parameter version: of the data, see `FigureSources`; nil where nobody asks.
    func svg(_ theme: FigureTheme, version: String? = nil) -> String {
        guard let missing else {
            let told = version.map { " Data version \($0)." } ?? ""
            return drawing(theme).document(title: title, description: caption + told)
        }
        var empty = SVGDrawing(width: 720, height: 120, theme: theme)
        empty.text(missing, 360, 64, size: 14, anchor: .middle, color: theme.soft)
        return empty.document(title: title, description: missing)
    }
}

extension SVGDrawing {
    /// Lines and numbers of a vertical axis, and what it measures.
    mutating func verticalAxis(
        _ scale: FigureScale, from left: Double, to right: Double, title: String
    ) {
        for tick in scale.ticks {
            line(left, scale.place(tick), right, scale.place(tick))
            text(
                scale.label(tick), left - 8, scale.place(tick) + 4, size: 12, anchor: .end,
                color: theme.soft)
        }
        let middle = (scale.places.from + scale.places.to) / 2
        text(title, left - 46, middle, anchor: .middle, isUpright: false)
    }

    /// Numbers of a horizontal axis, and what it measures.
    /// - Parameter isWhole: whether there is nothing between whole numbers.
    mutating func horizontalAxis(
        _ scale: FigureScale, at y: Double, title: String, isWhole: Bool = false
    ) {
        line(scale.places.from, y, scale.places.to, y, color: theme.soft)
        for tick in scale.ticks where !isWhole || tick == tick.rounded() {
            line(scale.place(tick), y, scale.place(tick), y + 4, color: theme.soft)
            text(
                isWhole ? "\(Int(tick))" : scale.label(tick), scale.place(tick), y + 18, size: 12,
                anchor: .middle, color: theme.soft)
        }
        text(title, (scale.places.from + scale.places.to) / 2, y + 38, anchor: .middle)
    }

    /// `1 session`, `2 sessions`.
    static func count(_ number: Int, _ word: String) -> String {
        "\(number) \(word)\(number == 1 ? "" : "s")"
    }

    /// Beginnings of long texts.
    static func shortened(_ text: String, _ most: Int) -> String {
        text.count <= most ? text : text.prefix(most - 1) + "…"
    }
}
