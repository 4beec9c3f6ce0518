import Timebase

extension FrameBuilder {
    private struct Line {
        var time = ""
        var who = ""
        var whoStyle = Style.plain
        var text = ""
        var style = Style.plain
    }

    /// Turns and what happened between them, the newest at the bottom.
    mutating func drawTranscript() {
        let height = layout.transcriptRows.count
        guard height > 0 else { return }
        var lines: [Line] = []
        if let writing = scene.writing {
            let seconds = TimeText.decimal(Double(writing.since) / 1e9, places: 1)
            lines = [
                Line(
                    who: symbols.text(PlainText.line(writing.author)),
                    whoStyle: style(writing.author),
                    text: "is writing \(symbols.ellipsis) \(seconds) s", style: .faint)
            ]
        }
        let latestTurn = scene.notes.lastIndex { $0.kind == .turn }
        var index = scene.notes.count - 1
        while index >= 0, lines.count < height {
            var first = index
            // Events of one kind in a row are one line.
            if scene.notes[index].kind == .event {
                while first > 0, scene.notes[first - 1].kind == .event,
                    scene.notes[first - 1].subject == scene.notes[index].subject
                { first -= 1 }
            }
            let new = noteLines(
                scene.notes[index], count: index - first + 1, isLatest: index == latestTurn)
            lines.insert(contentsOf: new, at: 0)
            index = first - 1
        }
        // From the top while there is room, as a page fills.
        for (place, line) in lines.suffix(height).enumerated() {
            draw(line, row: layout.transcriptRows.lowerBound + place)
        }
    }

    private var timeWidth: Int {
        layout.transcriptWidth >= 60 ? 9 : layout.transcriptWidth >= 30 ? 6 : 0
    }
    private var whoWidth: Int { layout.transcriptWidth >= 60 ? 12 : 2 }

    private mutating func draw(_ line: Line, row: Int) {
        let limit = layout.transcriptWidth
        frame.put(line.time, row: row, column: 1, style: .faint, limit: timeWidth)
        var column = 1 + timeWidth
        // In a narrow window the first letter has to do.
        let who = whoWidth > 2 ? line.who : String(line.who.prefix(1).uppercased())
        frame.put(who, row: row, column: column, style: line.whoStyle, limit: column + whoWidth - 1)
        column += whoWidth
        frame.put(line.text, row: row, column: column, style: line.style, limit: limit)
    }

    private func noteLines(_ note: Happening, count: Int, isLatest: Bool) -> [Line] {
        let offset = offset(note.time)
        var time = TimeText.short(offset)
        if timeWidth > 6 {
            // Tenths, so that turns in quick succession can be told apart.
            time = String(TimeText.clock(offset).dropLast(2))
            if time.hasPrefix("00:") { time = String(time.dropFirst(3)) }
            if time.count > 8 { time = TimeText.short(offset) }
        }
        let room = layout.transcriptWidth - 2 - timeWidth - whoWidth
        var first = Line(time: time)
        var text = symbols.text(PlainText.line(note.text))
        switch note.kind {
        case .turn:
            first.who = symbols.text(PlainText.line(note.subject))
            first.whoStyle = style(note.subject)
            first.style = isLatest ? .strong : .plain
        case .phase:
            let name = symbols.text(PlainText.line(note.subject))
            text = "\(symbols.line)\(symbols.line) \(name)\(text.isEmpty ? "" : " \(text)") "
            text += String(
                repeating: symbols.line, count: max(0, min(room, 40) - CharacterWidth.of(text)))
            first.style = .phase
        case .mark:
            text = "\(symbols.mark) \(text)"
            first.style = .mark
        case .gap:
            text = "\(symbols.gap) \(symbols.text(PlainText.line(note.subject))) gap: \(text)"
            first.style = .gap
        case .event, .key:
            let subject = symbols.text(PlainText.line(note.subject))
            text =
                "\(symbols.dot) \(subject)"
                + (count > 1 ? " (\(count))" : text.isEmpty ? "" : " \(text)")
            first.style = .faint
        }
        // A pasted page must not push everything else out of sight.
        let wrapped = TextWrap.lines(text, width: max(4, room))
        var lines = wrapped.prefix(12).map { Line(text: $0, style: first.style) }
        if wrapped.count > 12 { lines[11].text += symbols.ellipsis }
        if lines.isEmpty { lines = [Line()] }
        first.text = lines[0].text
        lines[0] = first
        return Array(lines)
    }

    private func style(_ author: String) -> Style {
        author == "participant" ? .participant : .partner
    }
}
