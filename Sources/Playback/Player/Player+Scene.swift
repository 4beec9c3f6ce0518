import SessionStore
import Timebase

extension Player {
    /// What is to be seen at a moment, with as many columns as the layout has.
    public func scene(for layout: ScreenLayout, symbols: Symbols, at now: Instant) -> PlayerScene {
        var scene = PlayerScene()
        let position = position(at: now)
        let session = timeline.session
        let description = session.description
        scene.title =
            [description.participant, description.study, description.kind.rawValue]
            .joined(separator: " · ") + (description.isPilot ? " (pilot)" : "")
        scene.state = session.state
        scene.start = timeline.start
        scene.range = clock.range
        scene.position = position
        scene.rate = clock.rate
        scene.isPlaying = clock.isPlaying
        scene.phase = timeline.phase(at: position)?.name
        scene.bound = timeline.bound(at: position)
        scene.writing = writing(at: position)
        scene.showsHelp = showsHelp
        setColumns(&scene, layout, symbols)
        do throws(SessionStoreError) {
            try fillNotes(&scene, layout)
            try fillKeys(&scene, layout)
            try fillTracks(&scene, layout, symbols)
        } catch {
            tell(error.message)
        }
        scene.message = message
        return scene
    }

    /// The layout for a size.
    public func layout(width: Int, height: Int) -> ScreenLayout {
        ScreenLayout(width: width, height: height, tracks: tracks.count)
    }

    private func setColumns(
        _ scene: inout PlayerScene, _ layout: ScreenLayout, _ symbols: Symbols
    ) {
        let across = Int64(symbols.dotsAcross)
        let columns = Int64(max(1, layout.plotWidth))
        let width = max(1, span / (columns * across)) * across
        let present = scene.position.nanoseconds
        let first = present / width - (present % width < 0 ? 1 : 0)
        let before = Int64(layout.playheadColumn - layout.plotColumn)
        scene.columnWidth = width
        scene.plotStart = Instant(nanoseconds: (first - before) * width)
    }

    private func writing(at position: Instant) -> PlayerScene.Writing? {
        guard let turn = timeline.turn(after: position), let from = turn.composedFrom,
            from <= position
        else { return nil }
        return PlayerScene.Writing(author: turn.author, since: position - from)
    }

    private func fillNotes(
        _ scene: inout PlayerScene, _ layout: ScreenLayout
    ) throws(SessionStoreError) {
        let position = scene.position
        let plotEnd = scene.plotStart + Int64(layout.plotWidth) * scene.columnWidth
        let back: Int64 = 300_000_000_000
        let events = try eventCache.elements(
            from: min(scene.plotStart, position + -back), to: max(plotEnd, position + 1),
            margin: 60_000_000_000
        ) { from, to throws(SessionStoreError) in try timeline.events(from: from, to: to) }
        let rows = layout.transcriptRows.count
        let past = timeline.notes.prefix { $0.time <= position }.suffix(max(rows, 1))
        // Any number of events can be one line, but this many are enough to know that they are many.
        let shown = events.prefix { $0.time <= position }.suffix(max(rows, 1) + 1000)
        scene.notes = (past + shown).sorted(by: Happening.isBefore)
        scene.near = (timeline.notes + events)
            .filter { scene.plotStart <= $0.time && $0.time < plotEnd }
            .sorted(by: Happening.isBefore)
        scene.landmarks = timeline.notes.filter { $0.kind != .turn } + timeline.marks
    }

    private func fillKeys(
        _ scene: inout PlayerScene, _ layout: ScreenLayout
    ) throws(SessionStoreError) {
        guard layout.keysRow != nil, layout.plotWidth > 0 else { return }
        let end = scene.plotStart + Int64(layout.plotWidth) * scene.columnWidth
        let recent = scene.position + -5_000_000_000
        let times = try keyCache.elements(
            from: min(scene.plotStart, recent), to: end, margin: span
        ) { from, to throws(SessionStoreError) in try timeline.keyTimes(from: from, to: to) }
        scene.keys.counts = KeyDensity.counts(
            times, from: scene.plotStart, columnWidth: scene.columnWidth, columns: layout.plotWidth)
        scene.keys.rate =
            Double(times.count { recent < $0 && $0 <= scene.position }) / 5
        var gaps = SignalWindow(
            from: scene.plotStart, columnWidth: scene.columnWidth, columns: layout.plotWidth)
        let keyStreams = timeline.streams.filter { $0.kind == "keys" }.map(\.id)
        for gap in timeline.gaps where keyStreams.contains(gap.stream) { gaps.mark(gap.gap) }
        scene.keys.isGap = gaps.isGap
    }

    private func fillTracks(
        _ scene: inout PlayerScene, _ layout: ScreenLayout, _ symbols: Symbols
    ) throws(SessionStoreError) {
        let dots = layout.plotWidth * symbols.dotsAcross
        guard dots > 0 else { return }
        let dotWidth = scene.columnWidth / Int64(symbols.dotsAcross)
        let present = Int((scene.position - scene.plotStart) / dotWidth)
        for track in visibleTracks(layout.trackRows.count) {
            let window = try signals.window(
                track, in: timeline, holding: scene.plotStart, columnWidth: dotWidth, columns: dots)
            let isInside = window.minimum.indices.contains(present)
            scene.tracks.append(
                PlayerScene.Track(
                    track: track, window: window,
                    value: isInside
                        ? (window.minimum[present] + window.maximum[present]) / 2 : .nan,
                    isGap: isInside && window.isGap[present]))
        }
        scene.hiddenTracks = tracks.count - scene.tracks.count
    }
}
