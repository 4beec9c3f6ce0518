import SessionStore
import Timebase

/// Draws a scene as a frame.
public struct FrameBuilder {
    let scene: PlayerScene
    let layout: ScreenLayout
    let symbols: Symbols
    var frame: Frame

    /// The frame of a scene.
    /// - Parameter layout: the one that the scene's columns were made for.
    public static func frame(
        of scene: PlayerScene, layout: ScreenLayout, symbols: Symbols
    ) -> Frame {
        var builder = FrameBuilder(
            scene: scene, layout: layout, symbols: symbols,
            frame: Frame(width: layout.width, height: layout.height))
        builder.drawHeader()
        builder.drawTranscript()
        builder.drawTracks()
        builder.drawFooter()
        if scene.showsHelp { builder.drawHelp() }
        return builder.frame
    }

    func offset(_ time: Instant) -> Int64 { time - scene.start }

    private mutating func drawHeader() {
        // The one line that a very small window has room for is the position.
        let positionRow = layout.headerRows > 1 ? 1 : 0
        if layout.headerRows > 1 { drawTitle() }
        drawPosition(row: positionRow)
        if layout.headerRows > 2 { drawStrip(row: 2) }
    }

    private mutating func drawTitle() {
        frame.put(String(repeating: " ", count: layout.width), row: 0, column: 0, style: .bar)
        let right = " \(stateText) "
        let end = layout.width - CharacterWidth.of(right)
        let title = symbols.text(PlainText.line(" \(scene.title)"))
        frame.put(title, row: 0, column: 0, style: .bar, limit: max(0, end))
        frame.put(right, row: 0, column: max(0, end), style: .bar)
    }

    private var stateText: String {
        guard scene.state == .recording else { return scene.state.rawValue }
        let behind = scene.range.upperBound - scene.position
        if behind < 2_000_000_000 { return "\(symbols.live) live" }
        return "\(symbols.live) recording, \(TimeText.short(behind)) ahead"
    }

    private mutating func drawPosition(row: Int) {
        var column = frame.put(
            scene.isPlaying ? symbols.play : symbols.pause, row: row, column: 1, style: .strong)
        column = frame.put(
            TimeText.clock(offset(scene.position)), row: row, column: column + 1, style: .strong)
        let length = TimeText.short(offset(scene.range.upperBound))
        column = frame.put(" / \(length)", row: row, column: column, style: .faint)
        column = frame.put("  \(rateText)", row: row, column: column)
        if layout.width >= 60 {
            column = frame.put(
                scene.isPlaying ? "  playing" : "  paused", row: row, column: column, style: .faint)
        }
        if let phase = scene.phase {
            column = frame.put(
                "  " + symbols.text(PlainText.line(phase)), row: row, column: column, style: .phase)
        }
        guard layout.width >= 70 else { return }
        let bound = "clock \(boundText)"
        let place = layout.width - CharacterWidth.of(bound) - 1
        if place > column + 1 { frame.put(bound, row: row, column: place, style: .faint) }
    }

    private var rateText: String {
        let hundredths = Int((scene.rate * 100).rounded())
        let places = hundredths % 100 == 0 ? 0 : hundredths % 10 == 0 ? 1 : 2
        return TimeText.decimal(scene.rate, places: places) + symbols.times
    }

    private var boundText: String {
        guard let bound = scene.bound else { return "unknown" }
        let milliseconds = Double(bound) / 1e6
        let places = milliseconds < 10 ? 2 : 1
        return "\(symbols.plusMinus)\(TimeText.decimal(milliseconds, places: places)) ms"
    }

    /// The whole session as one line, with its phases, marks and gaps.
    private mutating func drawStrip(row: Int) {
        let width = layout.width - 2
        guard width > 2 else { return }
        let whole = Double(max(1, scene.range.upperBound - scene.range.lowerBound))
        func column(_ time: Instant) -> Int {
            let part = Double(time - scene.range.lowerBound) / whole
            return 1 + Int(min(max(part, 0), 1) * Double(width - 1))
        }
        let now = column(scene.position)
        for place in 1...width {
            frame.put(
                place < now ? symbols.done : symbols.line, row: row, column: place,
                style: place < now ? .plain : .faint)
        }
        for landmark in scene.landmarks {
            let place = column(landmark.time)
            switch landmark.kind {
            case .phase: frame.put(symbols.phase, row: row, column: place, style: .phase)
            case .gap: frame.put(symbols.gap, row: row, column: place, style: .gap)
            case .mark: frame.put(symbols.mark, row: row, column: place, style: .mark)
            default: break
            }
        }
        frame.put(symbols.knob, row: row, column: now, style: .playhead)
    }

    private mutating func drawFooter() {
        guard layout.footerRows > 0 else { return }
        let row = layout.height - 1
        if let message = scene.message {
            frame.put(symbols.text(message), row: row, column: 1, style: .mark)
            return
        }
        let separator = "  "
        let hints =
            symbols.isUnicode
            ? [
                "? keys", "space play/pause", "←/→ 0.1 s", "⇧ 1 s", "↑/↓ turn", "[ ] speed",
                "q quit",
            ]
            : ["? keys", "space play/pause", "left/right 0.1 s", "up/down turn", "q quit"]
        var column = 1
        for hint in hints where column + CharacterWidth.of(hint) < layout.width {
            column = frame.put(hint + separator, row: row, column: column, style: .faint)
        }
        if scene.hiddenTracks > 0 {
            let more = "Tab: \(scene.hiddenTracks) more"
            let place = layout.width - CharacterWidth.of(more) - 1
            if place > column { frame.put(more, row: row, column: place, style: .faint) }
        }
    }
}
