import Timebase

extension FrameBuilder {
    private var gutter: Int { layout.plotColumn - layout.tracksColumn }
    private var right: Int { layout.plotColumn + layout.plotWidth }

    /// The moving plots, all on one axis of time, with the present at the same column.
    mutating func drawTracks() {
        guard layout.plotWidth > 0 else { return }
        if layout.tracksColumn > 0 {
            for row in layout.transcriptRows {
                frame.put(symbols.upright, row: row, column: layout.tracksColumn - 1, style: .faint)
            }
        }
        if let row = layout.marksRow { drawMarks(row: row) }
        if let row = layout.keysRow { drawKeys(row: row) }
        for (row, track) in zip(layout.trackRows, scene.tracks) { draw(track, row: row) }
        if let row = layout.rulerRow { drawRuler(row: row) }
    }

    private func column(_ time: Instant) -> Int? {
        guard time >= scene.plotStart else { return nil }
        let column = (time - scene.plotStart) / max(1, scene.columnWidth)
        return column < Int64(layout.plotWidth) ? layout.plotColumn + Int(column) : nil
    }

    private mutating func drawMarks(row: Int) {
        let from = layout.tracksColumn
        frame.put(
            String(repeating: symbols.line, count: right - from), row: row, column: from,
            style: .faint)
        var taken = from
        let shown = scene.near.filter { $0.kind == .mark || $0.kind == .phase }
        for happening in shown {
            guard let column = column(happening.time) else { continue }
            let isMark = happening.kind == .mark
            let style: Style =
                happening.time > scene.position ? .ahead : isMark ? .mark : .phase
            let sign = isMark ? symbols.mark : symbols.phase
            frame.put(sign, row: row, column: column, style: style)
            guard column >= taken else { continue }
            let name = isMark ? happening.text : happening.subject
            let label = shortened(symbols.text(PlainText.line(name)), to: 20)
            taken = frame.put(label, row: row, column: column + 1, style: style, limit: right) + 1
        }
    }

    private mutating func drawKeys(row: Int) {
        let rate = TimeText.decimal(scene.keys.rate, places: 1)
        drawLabel("Keys", value: gutter >= 20 ? "\(rate) /s" : rate, row: row)
        let most = scene.keys.counts.max() ?? 0
        let levels = symbols.levels
        for place in 0..<layout.plotWidth {
            let column = layout.plotColumn + place
            let count = place < scene.keys.counts.count ? scene.keys.counts[place] : 0
            let style: Style = column > layout.playheadColumn ? .ahead : .participant
            if count > 0 {
                // Single keys are ticks; where columns hold several, their number is the height.
                let level =
                    most <= 1 ? 0 : min(levels.count - 1, (count * levels.count - 1) / max(most, 4))
                let character = most <= 1 ? symbols.tick : levels[level]
                frame.put(String(character), row: row, column: column, style: style)
            } else if place < scene.keys.isGap.count, scene.keys.isGap[place] {
                frame.put(symbols.gap, row: row, column: column, style: .gap)
            } else if column == layout.playheadColumn {
                frame.put(symbols.upright, row: row, column: column, style: .playhead)
            }
        }
    }

    private mutating func draw(_ track: PlayerScene.Track, row: Int) {
        let rows = layout.rowsPerTrack
        let least = track.track.role == .heartRate ? 20.0 : 0
        let scale = track.window.extremes.map { PlotScale($0, least: least) }
        drawLabels(track, scale: scale, row: row)
        let plot = scale.map {
            DotPlot(
                track.window, scale: $0, rows: rows, columns: layout.plotWidth, symbols: symbols)
        }
        let style: Style =
            switch track.track.role {
            case .heartRate: .heart
            case .skin: .skin
            case .other: .signal
            }
        let across = symbols.dotsAcross
        for place in 0..<layout.plotWidth {
            let column = layout.plotColumn + place
            let dots = place * across..<min((place + 1) * across, track.window.count)
            let isGap = dots.contains { track.window.isGap[$0] }
            for line in 0..<rows {
                let character = plot?.character(row: line, column: place) ?? " "
                if character != " " {
                    let seen: Style = column > layout.playheadColumn ? .ahead : style
                    frame.put(
                        String(character), row: row + line, column: column,
                        style: column == layout.playheadColumn ? .playhead : seen)
                } else if isGap {
                    frame.put(symbols.gap, row: row + line, column: column, style: .gap)
                } else if column == layout.playheadColumn {
                    frame.put(symbols.upright, row: row + line, column: column, style: .playhead)
                }
            }
        }
    }

    private mutating func drawLabels(_ track: PlayerScene.Track, scale: PlotScale?, row: Int) {
        guard gutter > 0 else { return }
        let places = min(3, (scale?.places ?? 0) + (track.track.role == .heartRate ? 0 : 1))
        var value = track.isGap ? "gap" : TimeText.decimal(track.value, places: places)
        if value == "–" { value = symbols.dash }
        let name = gutter >= 20 ? track.track.title : track.track.shortTitle
        let title = symbols.text(PlainText.line(name))
        let unit = symbols.text(PlainText.line(track.track.unit))
        if layout.rowsPerTrack == 1 {
            drawLabel(
                title, value: gutter >= 20 && !track.isGap ? "\(value) \(unit)" : value, row: row)
            return
        }
        let limit = layout.plotColumn - 1
        let column = layout.tracksColumn + 1
        frame.put(shortened(title, to: limit - column), row: row, column: column, style: .plain)
        frame.put(
            track.isGap ? value : "\(value) \(unit)", row: row + 1, column: column, style: .strong,
            limit: limit)
        guard layout.rowsPerTrack >= 2, gutter >= 20, let scale else { return }
        // The scale's ends beside the plot's upper and lower edge, where the title leaves room.
        let high = TimeText.decimal(scale.high, places: scale.places)
        let low = TimeText.decimal(scale.low, places: scale.places)
        if layout.rowsPerTrack >= 3 {
            let last = row + layout.rowsPerTrack - 1
            frame.put("\(low) to \(high)", row: last, column: column, style: .faint, limit: limit)
        }
    }

    private mutating func drawLabel(_ title: String, value: String, row: Int) {
        guard gutter > 0 else { return }
        let limit = layout.plotColumn - 1
        let start = max(layout.tracksColumn + 1, limit - CharacterWidth.of(value))
        let column = layout.tracksColumn + 1
        frame.put(shortened(title, to: start - 1 - column), row: row, column: column)
        frame.put(value, row: row, column: start, style: .strong, limit: limit)
    }

    private func shortened(_ text: String, to width: Int) -> String {
        guard CharacterWidth.of(text) > width else { return text }
        var short = ""
        for character in text {
            guard CharacterWidth.of(short) + CharacterWidth.of(character) < width else { break }
            short.append(character)
        }
        return width > 0 ? short + symbols.ellipsis : ""
    }

    /// Seconds before and after the present.
    private mutating func drawRuler(row: Int) {
        let width = Double(scene.columnWidth) / 1e9
        let steps = [0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600]
        let step = steps.first { $0 / width >= 10 } ?? 1200
        let now = layout.playheadColumn
        frame.put(symbols.upright, row: row, column: now, style: .playhead)
        let label = " now"
        frame.put(label, row: row, column: now + 1, style: .playhead)
        let places = step < 1 ? 1 : 0
        for direction in [-1.0, 1.0] {
            var count = 1.0
            while true {
                let seconds = direction * step * count
                let column = now + Int((seconds / width).rounded())
                guard column >= layout.plotColumn, column < right else { break }
                let text =
                    (direction > 0 ? "+" : "") + TimeText.decimal(seconds, places: places) + " s"
                let start = column - text.count / 2
                if start >= layout.plotColumn, start + text.count <= right,
                    direction < 0 ? start + text.count < now : start > now + label.count + 1
                {
                    frame.put(text, row: row, column: start, style: .faint)
                }
                count += 1
            }
        }
    }
}
