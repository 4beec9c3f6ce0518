import Foundation
import SessionStore
import TestSupport
import Testing
import Timebase

@testable import Export

/// Someone types on a keyboard whose presses are recorded, into a page whose edits come later.
struct TypedSession {
    var keys: [Keystroke] = []
    var edits: [DraftEdit] = []
    /// Which press made an edit, by the edit's place before any was lost.
    var truth: [Instant: Instant] = [:]
    var compositions: [ClosedRange<Instant>] = []
    var random: SeededGenerator
    private var time = Instant(nanoseconds: 9_000_000_000_000)
    private var position: Int64 = 0
    var draft: Int64 = 1
    var interval: ClosedRange<Int64> = 70_000_000...260_000_000
    var lag: (inout SeededGenerator) -> Int64

    init(seed: UInt64, lag: @escaping (inout SeededGenerator) -> Int64) {
        random = SeededGenerator(seed: seed)
        self.lag = lag
    }

    mutating func pause(_ seconds: Double) { time = time + Int64(seconds * 1e9) }

    @discardableResult
    mutating func press(_ keyClass: String, _ editClass: String?, held: Int64? = nil) -> Instant {
        time = time + Int64.random(in: interval, using: &random)
        let dwell = held ?? Int64.random(in: 40_000_000...130_000_000, using: &random)
        keys.append(
            Keystroke(
                stream: 2, ordinal: Int64(keys.count), pressed: time, released: time + dwell,
                keyClass: keyClass, pairing: .order, bound: 1_000_000))
        if let editClass {
            let pressed = time
            edit(editClass, at: max(time + lag(&random), (edits.last?.time ?? time) + 1))
            truth[edits[edits.count - 1].time] = pressed
        }
        return time
    }

    mutating func edit(_ editClass: String, at moment: Instant) {
        let deletes = editClass == "delete" && position > 0
        if deletes { position -= 1 }
        edits.append(
            DraftEdit(
                turn: draft, time: moment, position: position, deleted: deletes ? 1 : 0,
                inserted: deletes ? 0 : 1, editClass: editClass, bound: 2_000_000, client: "page"))
        if !deletes { position += 1 }
    }

    /// Words with their spaces, now and then a capital or a correction.
    mutating func words(_ count: Int) {
        for _ in 0..<count {
            for _ in 0..<Int.random(in: 1...8, using: &random) {
                switch Int.random(in: 0..<24, using: &random) {
                case 0:
                    press("modifier", nil)
                    press("letter", "letter")
                case 1: press("backspace", "delete")
                case 2: press("punctuation", "letter")
                case 3: press("digit", "digit")
                default: press("letter", "letter")
                }
            }
            press("space", "space")
        }
    }

    var result: KeyLag {
        KeyLag(client: "page", keys: keys, edits: edits, compositions: compositions)
    }

    /// Share of pairs that are the true ones.
    func right(_ lag: KeyLag) -> Double {
        let found = lag.pairs.count { truth[$0.pressed + $0.lag] == $0.pressed }
        return Double(found) / Double(max(lag.pairs.count, 1))
    }
}

@Suite struct KeyLagTests {
    /// A page: some 12 ms, now and then much more.
    static func page(_ random: inout SeededGenerator) -> Int64 {
        let usual = 8_000_000 + Int64.random(in: 0...8_000_000, using: &random)
        return Int.random(in: 0..<40, using: &random) == 0 ? usual + 60_000_000 : usual
    }

    @Test func allIsThere() {
        var typed = TypedSession(seed: 1, lag: Self.page)
        typed.words(120)
        let lag = typed.result
        #expect(lag.pairs.count == typed.edits.count && typed.right(lag) == 1)
        #expect(lag.unpairedEdits == 0 && lag.unpairedPresses == 0 && lag.early == 0)
        #expect((11_000_000...13_000_000).contains(lag.median ?? 0))
        #expect((lag.p99 ?? 0) >= 60_000_000 && lag.boundMedian == 3_000_000)
        #expect(lag.sentences.isEmpty, "\(lag.sentences)")
    }

    @Test(arguments: [0, 40_000_000, 180_000_000, 350_000_000, -15_000_000])
    func anyUsualLagIsFound(_ usual: Int64) {
        for seed in 2...4 as ClosedRange<UInt64> {
            var typed = TypedSession(seed: seed) { random in
                usual + Int64.random(in: -6_000_000...12_000_000, using: &random)
            }
            typed.words(80)
            let lag = typed.result
            #expect(abs((lag.median ?? .max) - usual - 3_000_000) < 2_000_000, "\(usual)")
            #expect(typed.right(lag) > 0.99 && lag.unpairedEdits <= 2)
        }
    }

    @Test func whatIsMissingOnEitherSideIsLeftOut() {
        for seed in 5...8 as ClosedRange<UInt64> {
            var typed = TypedSession(seed: seed, lag: Self.page)
            typed.words(150)
            let (keys, edits) = (typed.keys.count, typed.edits.count)
            var random = SeededGenerator(seed: seed)
            typed.keys.removeAll { _ in Int.random(in: 0..<10, using: &random) == 0 }
            typed.edits.removeAll { _ in Int.random(in: 0..<12, using: &random) == 0 }
            // And a stretch in which the keyboard was away.
            typed.keys.removeAll { $0.ordinal > 300 && $0.ordinal < 360 }
            let lag = typed.result
            #expect(typed.keys.count < keys && typed.edits.count < edits)
            #expect(typed.right(lag) > 0.95, "\(typed.right(lag))")
            #expect((10_000_000...14_000_000).contains(lag.median ?? 0))
            let known = Set(typed.keys.map(\.pressed))
            let there = typed.edits.count { typed.truth[$0.time].map(known.contains) ?? false }
            #expect(abs(lag.pairs.count - there) <= there / 50)
            #expect((lag.unpairedEditShare ?? 0) > 0.1 && (lag.unpairedPressShare ?? 0) > 0.05)
        }
    }

    @Test func aHeldKeyIsOnePress() {
        var typed = TypedSession(seed: 9, lag: Self.page)
        typed.words(20)
        for keyClass in ["letter", "backspace"] {
            let pressed = typed.press(
                keyClass, keyClass == "letter" ? "letter" : "delete", held: 1_500_000_000)
            for repetition in 0..<30 {
                typed.edit(
                    keyClass == "letter" ? "letter" : "delete",
                    at: pressed + 510_000_000 + Int64(repetition) * 33_000_000)
            }
            typed.pause(1.6)
            typed.words(5)
        }
        let lag = typed.result
        #expect(lag.repeats == 60 && lag.unpairedEdits == 0, "\(lag.repeats) \(lag.unpairedEdits)")
        #expect(typed.right(lag) == 1 && (lag.p99 ?? .max) < 100_000_000)
    }

    @Test func whatNoKeyMadeIsLeftOut() {
        var typed = TypedSession(seed: 10, lag: Self.page)
        typed.words(30)
        // An input method: keys, and text that changes while it composes.
        for _ in 0..<6 {
            typed.pause(0.5)
            let from = typed.press("letter", nil)
            for _ in 0..<4 {
                let pressed = typed.press("letter", nil)
                typed.edit("letter", at: pressed + 9_000_000)
            }
            let to = typed.press("space", nil)
            typed.edit("other", at: to + 9_000_000)
            typed.compositions.append(from + 5_000_000...to + 10_000_000)
            typed.pause(0.5)
        }
        let composed = typed.edits.count
        typed.words(30)
        typed.edit("paste", at: typed.edits[typed.edits.count - 1].time + 900_000_000)
        let lag = typed.result
        #expect(composed > 0 && lag.composed == 30 && lag.putIn == 1)
        #expect(lag.unpairedEdits == 0 && lag.unpairedPresses <= 6, "\(lag.unpairedPresses)")
        #expect(typed.right(lag) == 1)
    }

    @Test func theEnterThatSendsIsNoLoss() {
        var typed = TypedSession(seed: 11, lag: Self.page)
        for draft in 1...8 as ClosedRange<Int64> {
            typed.draft = draft
            typed.words(6)
            typed.press("enter", nil)
            typed.pause(8)
            // Elsewhere, while nothing was written.
            for _ in 0..<5 { typed.press("letter", nil) }
            typed.pause(8)
        }
        #expect(typed.result.unpairedPresses == 0 && typed.result.unpairedEdits == 0)
        // Also where a task before the chat has the first draft's number.
        for place in typed.edits.indices { typed.edits[place].turn = 1 }
        #expect(typed.result.unpairedPresses == 0)
        // But what is lost in the middle of writing is told.
        let lost = typed.edits.remove(at: typed.edits.count / 2)
        #expect(lost.inserted + lost.deleted == 1 && typed.result.unpairedPresses == 1)
    }

    @Test func clocksThatDisagreeAreTold() {
        var typed = TypedSession(seed: 12) { _ in -40_000_000 }
        typed.words(40)
        #expect(typed.result.early > 100)
        #expect(typed.result.sentences.contains { $0.contains("come before their key") })
        // Another keyboard altogether.
        var other = TypedSession(seed: 13, lag: Self.page)
        other.words(40)
        other.keys.removeAll { $0.ordinal % 3 != 0 }
        #expect(other.result.sentences.contains { $0.contains("have no key press") })
    }

    @Test func nothingTraps() {
        let empty = KeyLag(client: "c", keys: [], edits: [])
        #expect(empty.median == nil && empty.unpairedEditShare == nil)
        let far = [Int64.min, -1, 0, .max].map { time in
            DraftEdit(
                turn: .max, time: Instant(nanoseconds: time), position: .min, deleted: .max,
                inserted: .max, editClass: "", bound: .max)
        }
        let keys = [Int64.min, 0, .max].map { time in
            Keystroke(
                stream: 1, ordinal: time, pressed: Instant(nanoseconds: time), released: nil,
                keyClass: "letter", pairing: nil, bound: .max)
        }
        let lag = KeyLag(client: "c", keys: keys, edits: far)
        #expect(lag.pairs.isEmpty)
    }

    @Test func syncShowsIt() throws {
        let directory = try TemporaryDirectory("lag")
        let path = directory.file("s.attune")
        try SyncSession.write(path, hasTrouble: false)
        let reader = try SessionReader.open(at: path)
        defer { try? reader.close() }
        let report = try SyncReport(reader)
        let lag = try #require(report.keyLags.first)
        // 4 to 6 ms, as the session says.
        #expect(report.keyLags.count == 1 && lag.client == "chat" && lag.pairs.count == 40)
        #expect(lag.median == 5_000_000 && lag.p95 == 6_000_000 && lag.p99 == 6_000_000)
        #expect(lag.boundMedian == 12_000_000)
        let line = try #require(report.lines.first { $0.hasPrefix("chat ") && $0.contains("5.00") })
        #expect(line.contains("6.00") && line.contains("12.00"))
        #expect(SyncPlot(report).svg.contains("key to chat"))
        let json = String(decoding: try JSONEncoder().encode(report), as: UTF8.self)
        #expect(json.contains("\"medianMs\":5"))
    }
}
