import Foundation
import Markup
import SessionStore
import TestSupport
import Testing

@testable import Console

@Suite struct FigureTests {
    private let folder: TemporaryDirectory

    init() throws { folder = try TemporaryDirectory() }

    private func library(_ shelf: SessionShelf) throws -> FigureLibrary {
        FigureLibrary(
            shelf: shelf, sessions: PlaybackSessions(shelf: shelf), derived: try DerivedTracks())
    }

    private func figures(pilots: Bool = false) async throws -> [String: any Figure] {
        let library = try library(SessionShelf(directory: folder.path))
        let found = try await library.collect(study: "walk", pilots: pilots)
        var figures: [String: any Figure] = [:]
        for name in FigureLibrary.names {
            figures[name] = try await library.figure(name, of: found.sessions)
        }
        return figures
    }

    /// Whether tags are balanced and nothing is left unescaped, as far as our own drawings go.
    private func isWellFormed(_ svg: String) -> Bool {
        var open: [String] = []
        var rest = svg[...]
        while let start = rest.firstIndex(of: "<") {
            guard let end = rest[start...].firstIndex(of: ">") else { return false }
            let tag = rest[rest.index(after: start)..<end]
            rest = rest[rest.index(after: end)...]
            if tag.hasSuffix("/") { continue }
            let name = tag.prefix { !$0.isWhitespace }
            if name.hasPrefix("/") {
                guard open.popLast() == String(name.dropFirst()) else { return false }
            } else {
                guard name.allSatisfy(\.isLetter), !name.isEmpty else { return false }
                open.append(String(name))
            }
        }
        return open.isEmpty && svg.ranges(of: /&(?!amp;|lt;|gt;|quot;|#39;)/).isEmpty
    }

    @Test func figuresTellWhatIsInTheSession() async throws {
        _ = try RecordedFolder(at: folder.path)
        let figures = try await figures()
        #expect(figures.count == 5)
        let length = try #require(figures["message-length"])
        #expect(
            length.table.rows == [
                ["P01", RecordedFolder.identifier, "2", "1"],
                ["P01", RecordedFolder.identifier, "3", "1"],
            ])
        let likert = try #require(figures["likert"])
        #expect(
            likert.table.rows.filter { $0[1] == "human" }.map { $0[5] } == [
                "0", "0", "0", "0", "0", "1", "0",
            ])
        // What was taken back is missing.
        #expect(
            likert.table.rows.filter { $0[1] == "liked" }.map { $0[5] + $0[7] } == [
                "01", "01", "01", "01",
            ])
        #expect(figures["strategies"]?.table.rows.map { $0[3] } == ["slight-modification"])
        #expect(figures["strategies"]?.caption.contains("Left out: 1") == true)
        let emotion = try #require(figures["emotion"]?.table.rows)
        // The means, and then each session by itself.
        #expect(emotion.map { $0[2] } == ["-0.5", "0.25", "-0.5", "0.25"])
        #expect(
            emotion.map { $0[7] } == ["", "", RecordedFolder.identifier, RecordedFolder.identifier])
        for theme in [FigureTheme.light, .dark] {
            for (name, figure) in figures {
                #expect(figure.missing == nil, "\(name)")
                let svg = figure.svg(theme)
                #expect(isWellFormed(svg), "\(name)")
                #expect(
                    svg.contains("<text ") && !svg.contains("style=") && !svg.contains("=\"nan")
                        && !svg.contains("inf\""))
            }
        }
        let rates = try #require(
            figures["physiology"]?.table.rows.filter { $0[0].contains("Heart") })
        #expect(rates.count == 40)
        #expect(rates.allSatisfy { abs(Double($0[3]) ?? 1) < 0.5 && $0[6] == "1" })
    }

    @Test func textOfASessionIsNoMarkup() async throws {
        _ = try RecordedFolder(at: folder.path)
        let svg = try #require(try await figures()["likert"]?.svg(.light))
        #expect(svg.contains("How &lt;human&gt; &amp; &quot;real&quot;?"))
        #expect(
            MarkupText.escapedLine("<script>'\u{0}\u{202E}\n")
                == "&lt;script&gt;&#39;\u{FFFD}\u{FFFD} "
        )
    }

    @Test func aCodeOfAParticipantIsNoMarkup() async throws {
        _ = try RecordedFolder(at: folder.path, code: "<b>\"&'\u{202E}=1+1</b>")
        for (name, figure) in try await figures() {
            for theme in [FigureTheme.light, .dark] {
                let svg = figure.svg(theme, version: "<v>")
                #expect(
                    isWellFormed(svg) && !svg.contains("<b>") && !svg.contains("<v>"), "\(name)")
            }
            #expect(!figure.table.csv.contains("\n<b>\"&"), "\(name)")
        }
        let library = try library(SessionShelf(directory: folder.path))
        let sessions = try await library.collect(study: "walk", pilots: false).sessions
        let sources = try await library.sources(of: sessions)
        #expect(sources.table.rows.map { $0[2] + $0[3] + $0[4] } == ["000"])
        #expect(sources.version == FigureSources(sources: sources.sources.reversed()).version)
    }

    @Test func aCorrectionAndASecondSessionShowUp() async throws {
        let first = try RecordedFolder(at: folder.path)
        let library = try library(SessionShelf(directory: folder.path))
        func valence() async throws -> String? {
            let found = try await library.collect(study: "walk", pilots: false)
            let figure = try await library.figure("emotion", of: found.sessions)
            return figure?.table.rows.first?[2]
        }
        #expect(try await valence() == "-0.5")
        _ = try SessionReview(path: first.path).add(
            EmotionCorrection(
                turn: 1, category: nil, valence: 0.75, arousal: nil, note: "", actor: "lab",
                madeRealtime: 5))
        #expect(try await valence() == "0.75")
        let corrected = try await library.collect(study: "walk", pilots: false).sessions
        #expect(try await library.sources(of: corrected).sources.map(\.emotionCorrections) == [1])
        try FileManager.default.copyItem(
            atPath: first.path, toPath: first.path.replacing("093000Z", with: "103000Z"))
        let found = try await library.collect(study: "walk", pilots: false)
        #expect(found.sessions.count == 2)
    }

    @Test func pilotsAreLeftOutUnlessTheyAreAskedFor() async throws {
        _ = try RecordedFolder(at: folder.path, isPilot: true)
        let figures = try await figures()
        for (name, figure) in figures {
            #expect(figure.missing != nil, "\(name)")
            #expect(isWellFormed(figure.svg(.dark)))
            #expect(figure.table.csv.hasSuffix("\r\n"))
        }
        let library = try library(SessionShelf(directory: folder.path))
        let found = try await library.collect(study: "walk", pilots: false)
        #expect(found.sessions.isEmpty && found.pilotsLeftOut == 1)
        #expect(try await library.collect(study: "walk", pilots: true).sessions.count == 1)
        #expect(try await self.figures(pilots: true)["emotion"]?.missing == nil)
    }

    @Test func axesHaveRoundNumbers() {
        for (low, high) in [(0.0, 7.0), (-0.31, 0.02), (0, 1e6), (-1, 1), (3, 3), (0, 1e-7)] {
            let scale = FigureScale(low...high, from: 100, to: 0)
            #expect(scale.ticks.count >= 3 && scale.ticks.count <= 11, "\(low) \(high)")
            #expect(scale.values.lowerBound <= low && scale.values.upperBound >= high)
            #expect(abs(scale.place(scale.values.lowerBound) - 100) < 1e-9)
        }
        #expect(FigureScale(0...10, from: 0, to: 1).ticks == [0, 2, 4, 6, 8, 10])
        #expect(FigureScale(-1...1, from: 0, to: 1).label(-0.5) == "−0.5")
    }

    @Test func aTableIsSafeToOpen() {
        let table = FigureTable(
            header: ["a", "b"],
            rows: [["=1+1", "-0.5"], ["say \"hi\", you", "@x"], ["-x", "line\nend"]])
        #expect(
            table.csv
                == "a,b\r\n'=1+1,-0.5\r\n\"say \"\"hi\"\", you\",'@x\r\n'-x,\"line\nend\"\r\n")
        #expect(FigureTable.number(0.5) == "0.5" && FigureTable.number(.nan) == "")
        #expect(FigureTable.number(100) == "100" && FigureTable.number(nil) == "")
    }

    @Test func writingOnAnAreaStandsOut() {
        #expect(FigureTheme.light.ink(on: "#ffffff") == "#000000")
        #expect(FigureTheme.light.ink(on: "#0072b2") == "#ffffff")
        #expect(FigureTheme.light.diverging(7).count == 7)
        #expect(FigureTheme.light.diverging(3)[1] == "#d9d8d2")
        #expect(FigureTheme.dark.diverging(1).count == 1)
    }

    @Test func wordsAreCounted() {
        #expect(FigureFacts.words(in: "") == 0)
        #expect(FigureFacts.words(in: "That’s hard — isn't it? 😔 42") == 5)
        #expect(FigureFacts.words(in: "  \n ") == 0)
    }
}
