import Foundation
import SessionStore
import TestSupport
import Testing
import Timebase

@testable import Playback

@Suite struct FrameTests {
    private let now = Instant(nanoseconds: 0)

    private func player(_ maker: SessionMaker, from seconds: Double) throws -> Player {
        let player = try Player(
            timeline: try SessionTimeline(path: maker.path), from: Int64(seconds * 1e9), at: now)
        _ = player.handle(.playPause, at: now)
        return player
    }

    private func frame(
        _ player: Player, _ width: Int, _ height: Int, unicode: Bool = true
    ) -> Frame {
        let symbols = Symbols(isUnicode: unicode)
        let layout = player.layout(width: width, height: height)
        let scene = player.scene(for: layout, symbols: symbols, at: now)
        return FrameBuilder.frame(of: scene, layout: layout, symbols: symbols)
    }

    @Test func aMiddlingWindowShowsAll() throws {
        let maker = try SessionMaker.whole()
        let player = try player(maker, from: 37.5)
        let lines = frame(player, 80, 24).lines
        #expect(lines.count == 24)
        #expect(lines[0].hasPrefix(" P07 · pilot · chat") && lines[0].hasSuffix("stopped"))
        #expect(
            lines[1].hasPrefix(" ⏸ 00:00:37.500 / 2:00  1×  paused  conversation")
                && lines[1].hasSuffix("clock ±12.0 ms"))
        #expect(lines[2].contains("●") && lines[2].contains("▼") && lines[2].contains("░"))
        #expect(lines.contains { $0.hasPrefix(" 00:13.0  participant Take your time.") })
        #expect(lines.contains(" 00:35.0              ▼ looks away (hand left)"))
        #expect(lines.contains("          participant is writing … 6.5 s"))
        #expect(!lines.contains { $0.contains("lonely") })
        let heart = try #require(lines.firstIndex { $0.contains("Heart rate, derived") })
        #expect(lines[heart + 1].contains(" 72 bpm"))
        #expect(lines[heart + 1].contains("⠤") && lines[heart + 1].contains("░░░"))
        #expect(lines.contains { $0.contains("Electrodermal activity") })
        #expect(lines.contains { $0.contains("/s") && $0.contains("▇") })
        #expect(lines[22].contains("now"))
        #expect(lines[23].contains("? keys") && lines[23].contains("q quit"))
    }

    @Test func smallAndLargeWindowsHaveAPlaceForEachThing() throws {
        let maker = try SessionMaker.whole()
        let player = try player(maker, from: 37.5)
        let small = frame(player, 40, 12).lines
        #expect(small.count == 12 && small.allSatisfy { $0.count <= 40 })
        #expect(small[1].contains("00:00:37.500"))
        #expect(small.contains { $0.contains("HR der.") && $0.contains("⠤") })
        #expect(small.contains { $0.hasPrefix(" Keys") })
        #expect(small.contains { $0.contains("looks away") })
        let large = frame(player, 200, 60).lines
        #expect(large.count == 60)
        // Transcript at the left, plots at the right of it.
        #expect(large.contains { $0.contains("begin.") && $0.contains("│") })
        let titles = ["Heart rate, derived", "Electrodermal activity", "Electrocardiogram"]
        for title in titles { #expect(large.contains { $0.contains("│ \(title)") }) }
    }

    @Test func anySizeCanBeDrawn() throws {
        let maker = try SessionMaker.whole()
        let player = try player(maker, from: 40)
        _ = player.handle(.help, at: now)
        for width in [1, 2, 7, 29, 30, 59, 60, 76, 119, 120, 1000] {
            for height in [1, 2, 3, 4, 6, 7, 9, 10, 13, 16, 100] {
                for unicode in [true, false] {
                    let frame = frame(player, width, height, unicode: unicode)
                    #expect(frame.width == width && frame.height == height)
                }
            }
        }
        #expect(frame(player, 0, -3).lines.count == 1)
    }

    @Test func withoutUnicodeEverythingIsASCII() throws {
        let maker = try SessionMaker.whole()
        let player = try player(maker, from: 47)
        for size in [(40, 12), (80, 24), (200, 60)] {
            for line in frame(player, size.0, size.1, unicode: false).lines {
                #expect(line.allSatisfy { $0.isASCII }, "\(line)")
            }
        }
        let lines = frame(player, 80, 24, unicode: false).lines
        #expect(lines.contains { $0.contains("lonely. ?? ?") })
        #expect(lines.contains { $0.contains("::::") })
        _ = player.handle(.help, at: now)
        #expect(frame(player, 80, 24, unicode: false).lines.contains { $0.contains("left right") })
    }

    @Test func theHelpListsEachKey() throws {
        let maker = try SessionMaker.whole()
        let player = try player(maker, from: 1)
        _ = player.handle(.help, at: now)
        let text = frame(player, 80, 24).lines.joined(separator: "\n")
        for key in [
            "space", "← →", "Shift ← →", "PageUp PageDown", "Ctrl ← →", "↑ ↓", "Home End", "[ ]",
            "Backspace", "?", "q  ",
        ] { #expect(text.contains(key), "\(key)") }
        _ = player.handle(.escape, at: now)
        #expect(!frame(player, 80, 24).lines.contains { $0.contains("PageUp") })
    }

    @Test func keysMoveThePositionExactly() throws {
        let maker = try SessionMaker.whole()
        let player = try player(maker, from: 30)
        let at = SessionMaker.at
        func after(_ key: PlayerKey) -> Instant {
            _ = player.handle(key, at: now)
            return player.position(at: now)
        }
        #expect(after(.step(100_000_000)) == at(30.1))
        #expect(after(.step(-1_000_000_000)) == at(29.1))
        #expect(after(.nextTurn) == at(39))
        #expect(after(.nextTurn) == at(52))
        #expect(after(.previousTurn) == at(39))
        #expect(after(.previousEvent) == at(35))
        #expect(after(.nextEvent) == at(60))
        #expect(after(.step(10_000_000_000)) == at(70))
        #expect(after(.end) == at(120))
        #expect(after(.playPause) == at(120))
        #expect(!player.clock.isPlaying)
        #expect(after(.start) == at(0))
        _ = player.handle(.faster, at: now)
        #expect(player.clock.rate == 1.5)
        for _ in 0..<20 { _ = player.handle(.faster, at: now) }
        #expect(player.clock.rate == 16)
        for _ in 0..<20 { _ = player.handle(.slower, at: now) }
        #expect(player.clock.rate == 0.1)
        _ = player.handle(.normalSpeed, at: now)
        #expect(player.clock.rate == 1)
    }

    @Test func goingBackWhilePlayingDoesNotStickToOneTurn() throws {
        let maker = try SessionMaker.whole()
        let player = try player(maker, from: 60)
        _ = player.handle(.playPause, at: now)
        _ = player.handle(.previousTurn, at: now)
        #expect(player.position(at: now) == SessionMaker.at(52))
        _ = player.handle(.previousTurn, at: now + 200_000_000)
        #expect(player.position(at: now + 200_000_000) == SessionMaker.at(39))
    }

    @Test func textCannotSteerTheTerminal() throws {
        let maker = try SessionMaker()
        var batch = SessionBatch()
        batch.turns = [
            Turn(author: "cl\u{1B}c", text: "x\u{1B}[2J\r\ny\u{9B}H", sent: SessionMaker.at(1))
        ]
        batch.phases = [PhaseChange(name: "\u{1B}]0;x\u{07}", time: SessionMaker.at(0))]
        try maker.writer.commit(batch)
        try maker.stop(at: 2)
        let player = try player(maker, from: 1.5)
        let bytes = ScreenUpdate(usesColour: false).bytes(from: nil, to: frame(player, 80, 24))
        let text = String(decoding: bytes, as: UTF8.self)
        #expect(!text.contains("\u{1B}c") && !text.contains("\u{1B}]") && !text.contains("\u{9B}"))
        #expect(text.components(separatedBy: "\u{1B}[2J").count == 2)
    }

    @Test func updatesLeadFromAnyFrameToTheNext() throws {
        let maker = try SessionMaker.whole()
        let player = try player(maker, from: 30)
        var generator = SeededGenerator(seed: 8)
        var screen = ScreenEmulator(width: 80, height: 24)
        var shown: Frame?
        let update = ScreenUpdate(usesColour: true)
        let keys: [PlayerKey] = [
            .step(1_000_000_000), .nextTurn, .previousTurn, .step(-10_000_000_000), .nextEvent,
            .help, .zoomIn, .zoomOut, .moreSignals, .step(100_000_000),
        ]
        for _ in 0..<60 {
            _ = player.handle(keys.randomElement(using: &generator) ?? .help, at: now)
            let next = frame(player, 80, 24)
            screen.take(update.bytes(from: shown, to: next)) { CharacterWidth.of($0) }
            shown = next
            #expect(screen.lines == next.lines)
        }
        let last = try #require(shown)
        #expect(update.bytes(from: last, to: last).isEmpty)
    }

    @Test func keysAreDecodedHoweverTheyAreCut() {
        let bytes = Array(
            " \u{1B}[C\u{1B}[D\u{1B}[1;2C\u{1B}[1;2D\u{1B}[5~\u{1B}[6~\u{1B}[1;5D\u{1B}OA\u{1B}[B\u{1B}[H\u{1B}[4~[]\u{7F}?éq\u{3}"
                .utf8)
        let expected: [PlayerKey] = [
            .playPause, .step(100_000_000), .step(-100_000_000), .step(1_000_000_000),
            .step(-1_000_000_000), .step(-10_000_000_000), .step(10_000_000_000), .previousEvent,
            .previousTurn, .nextTurn, .start, .end, .slower, .faster, .normalSpeed, .help, .other,
            .quit, .interrupt,
        ]
        var whole = KeyDecoder()
        let decoded = whole.keys(bytes)
        #expect(decoded == expected)
        var single = KeyDecoder()
        var found: [PlayerKey] = []
        for byte in bytes { found += single.keys([byte]) }
        // The second byte of a character comes alone here.
        #expect(found.filter { $0 != .other } == expected.filter { $0 != .other })
        var escape = KeyDecoder()
        let nothing = escape.keys([0x1B])
        #expect(nothing == [])
        #expect(escape.isWaiting)
        let flushed = escape.flush()
        #expect(flushed == [.escape])
        var generator = SeededGenerator(seed: 1)
        var noise = KeyDecoder()
        for _ in 0..<20_000 { _ = noise.keys([UInt8.random(in: 0...255, using: &generator)]) }
    }
}
