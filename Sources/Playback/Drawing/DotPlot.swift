/// A plot made of dots, several to a cell.
struct DotPlot {
    let rows: Int
    let columns: Int
    private let symbols: Symbols
    private var bits: [Int]

    /// Draws each column of a window from its smallest to its largest value, joined to the column
    /// before it unless something is missing there.
    init(_ window: SignalWindow, scale: PlotScale, rows: Int, columns: Int, symbols: Symbols) {
        self.rows = rows
        self.columns = columns
        self.symbols = symbols
        bits = [Int](repeating: 0, count: max(0, rows * columns))
        let heights = rows * symbols.dotsDown
        var before: ClosedRange<Int>?
        for across in 0..<min(window.count, columns * symbols.dotsAcross) {
            guard window.minimum[across] <= window.maximum[across] else {
                before = nil
                continue
            }
            let low = Self.level(scale.part(window.minimum[across]), heights)
            let high = Self.level(scale.part(window.maximum[across]), heights)
            var from = low
            var to = high
            if let before {
                if before.lowerBound > high { to = before.lowerBound - 1 }
                if before.upperBound < low { from = before.upperBound + 1 }
            }
            for level in min(from, low)...max(to, high) { set(across, heights - 1 - level) }
            before = low...high
        }
    }

    /// The character of a cell.
    func character(row: Int, column: Int) -> Character {
        symbols.dots(bits[row * columns + column])
    }

    private mutating func set(_ across: Int, _ down: Int) {
        let cell = down / symbols.dotsDown * columns + across / symbols.dotsAcross
        let bit = down % symbols.dotsDown * symbols.dotsAcross + across % symbols.dotsAcross
        bits[cell] |= 1 << bit
    }

    private static func level(_ part: Double, _ heights: Int) -> Int {
        min(heights - 1, Int(part * Double(heights)))
    }
}
