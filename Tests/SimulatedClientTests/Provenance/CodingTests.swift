import StudyProtocol
import Testing

@testable import SimulatedClient

/// Samples for coding, agreement, and tables of classes.
@Suite struct CodingTests {
    typealias Pairs = [(first: AdoptionClass, second: AdoptionClass)]

    /// So many pairs of each cell.
    private func pairs(_ cells: [(AdoptionClass, AdoptionClass, Int)]) -> Pairs {
        cells.flatMap { cell in
            (0..<cell.2).map { _ in (first: cell.0, second: cell.1) }
        }
    }

    private func message(
        _ turn: Int64, participant: String = "P01", condition: [String: String] = [:],
        shown: Bool = true, sent: String = ProvenanceTests.work
    ) -> MessageProvenance {
        let suggestions = ProvenanceTests.suggestions(ProvenanceTests.work, ProvenanceTests.sleep)
        var report = ProvenanceTests.report(sent, suggestions, [], shownToPerson: shown)
        report.turn = turn
        return MessageProvenance(
            session: "session-of-\(participant)", study: "study-name", participant: participant,
            condition: condition, turn: turn, text: sent,
            suggestions: Dictionary(uniqueKeysWithValues: suggestions.map { ($0.id, $0.text) }),
            report: report)
    }

    /// 20 and 15 alike of 50: pₒ = 0.7, pₑ = 0.5 · 0.6 + 0.5 · 0.4 = 0.5.
    @Test func kappaByHand() throws {
        let kappa = try #require(
            CohenKappa(
                pairs([
                    (.direct, .direct, 20), (.direct, .none, 5), (.none, .direct, 10),
                    (.none, .none, 15),
                ])))
        #expect(kappa.items == 50 && kappa.observed == 0.7 && kappa.expected == 0.5)
        #expect(kappa.kappa == 0.4)
        #expect(kappa.counts[.none]?[.direct] == 10)
        // By the formula of the large sample the interval is 0.15 to 0.65.
        let (low, high) = (try #require(kappa.low), try #require(kappa.high))
        #expect((0.05...0.25).contains(low) && (0.55...0.75).contains(high), "\(low) \(high)")
        // Four classes: pₒ = 10/14, sums 6 5 3 0 and 5 6 2 1, pₑ = (30 + 30 + 6)/196.
        let three = try #require(
            CohenKappa(
                pairs([
                    (.direct, .direct, 4), (.direct, .slight, 2), (.slight, .slight, 4),
                    (.slight, .direct, 1), (.none, .none, 2), (.none, .rewritten, 1),
                ]),
                resamples: 200))
        let expected: Double = 66.0 / 196
        #expect(abs(three.expected - expected) < 1e-12)
        #expect(abs((three.kappa ?? 9) - (10.0 / 14 - expected) / (1 - expected)) < 1e-12)
    }

    @Test func kappaAtItsEnds() throws {
        let same = try #require(CohenKappa(pairs([(.direct, .direct, 5), (.none, .none, 5)])))
        #expect(same.kappa == 1 && same.low == 1 && same.high == 1)
        let opposite = try #require(CohenKappa(pairs([(.direct, .none, 5), (.none, .direct, 5)])))
        #expect(opposite.kappa == -1)
        let one = try #require(CohenKappa(pairs([(.direct, .direct, 9)])))
        #expect(one.kappa == nil && one.low == nil && one.observed == 1)
        let chance = try #require(
            CohenKappa(
                pairs([
                    (.direct, .direct, 4), (.direct, .none, 4), (.none, .direct, 4),
                    (.none, .none, 4),
                ])))
        #expect(chance.kappa == 0)
        #expect(CohenKappa([]) == nil)
        #expect(CohenKappa(pairs([(.direct, .none, 1)]))?.kappa == 0)
        let again = CohenKappa(pairs([(.direct, .direct, 9), (.none, .direct, 7)]), seed: 4)
        #expect(again == CohenKappa(pairs([(.direct, .direct, 9), (.none, .direct, 7)]), seed: 4))
    }

    @Test func aSampleIsBlindAndFindsBack() throws {
        let all = (1...40 as ClosedRange<Int64>).map { turn -> MessageProvenance in
            let sent = turn == 7 ? "=HYPERLINK(\"x\"), it said\nand more" : "Message \(turn), so."
            return message(
                turn, participant: "Petra", condition: ["suggestions": "on"], sent: sent)
        }
        let sample = CodingSample(all + [message(99, shown: false)], count: 12, seed: 5)
        #expect(sample.messages.count == 12)
        #expect(Set(sample.messages.map(\.turn)).count == 12)
        #expect(CodingSample(all.reversed(), count: 12, seed: 5).messages == sample.messages)
        #expect(CodingSample(all, count: 12, seed: 6).messages != sample.messages)
        let whole = CodingSample(all, count: 100, seed: 5)
        #expect(whole.messages.count == 40)
        let csv = whole.csv
        for word in ["Petra", "session", "study", "overlap", "adoption", "on,", "direct"] {
            #expect(!csv.contains(word), "\(word)")
        }
        #expect(csv.contains("\"'=HYPERLINK(\"\"x\"\"), it said\nand more\""))
        #expect(
            csv.hasPrefix("\u{FEFF}item,message,suggestion_1,suggestion_2,coder_1,coder_2\n"))
        // Both coders fill it in, and a spreadsheet of another country writes it.
        let filled = csv.replacing(",,\n", with: ",Direct adoption,no detected overlap\n")
        let table = try CodedTable(filled)
        #expect(table.items.count == 40)
        #expect(table.items.allSatisfy { $0.first == .direct && $0.second == AdoptionClass.none })
        #expect(Set(table.items.map(\.item)) == Set(all.map(\.item)))
    }

    @Test func codedTablesOfOtherProgramsAreRead() throws {
        let table = try CodedTable(
            "\u{FEFF}\"Item\";note;Coder_1;CODER_2\r\nm1;\"a;\"\"b\"\"\r\n c\";slight;Combination\r\n"
                + "m2;;;rewritten\r\n;;;\r\nm3;;No-Detected-Overlap;none")
        #expect(table.items.map(\.item) == ["m1", "m2", "m3"])
        #expect(table.items[0].first == .slight && table.items[0].second == .combination)
        #expect(table.items[1].first == nil && table.items[1].second == .rewritten)
        #expect(table.items[2].first == AdoptionClass.none)
        #expect(table.items[2].second == AdoptionClass.none)
        func problem(_ text: String) -> CodedTable.Problem? {
            do throws(CodedTable.Problem) {
                _ = try CodedTable(text)
                return nil
            } catch {
                return error
            }
        }
        #expect(problem("")?.line == 1)
        #expect(problem("item,coder_1\n")?.message.contains("coder_2") == true)
        let word = problem("item,coder_1,coder_2\nm1,\"x\ny\",direct\n")
        #expect(word?.line == 2 && word?.message.contains("is no class") == true)
        #expect(problem("item,coder_1,coder_2\nm1,,\nm1,,\n")?.line == 3)
        #expect(problem("item,coder_1,coder_2\n,direct,direct\n")?.line == 2)
        #expect(problem("item,coder_1,coder_2\nm1,\"open")?.line == 2)
    }

    @Test func tablesCountByParticipantAndCondition() {
        let on = ["suggestions": "on", "emotions": "off"]
        let messages =
            [
                message(1, condition: on),
                message(2, condition: on, sent: "Something else altogether"),
            ]
            + [message(3, participant: "P02", condition: ["suggestions": "off"], shown: false)]
        let table = AdoptionTable(messages)
        #expect(table.rows.map(\.participant) == ["P01", "P02", nil, nil, nil, nil])
        let first = table.rows[0]
        #expect(first.condition == "emotions=off, suggestions=on" && first.messages == 2)
        #expect(first.share(.direct) == 0.5 && first.share(.none) == 0.5)
        #expect(!table.rows[1].shown && table.rows[1].counts[.direct] == 1)
        #expect(table.rows[4].condition == nil && table.rows[4].messages == 2)
        #expect(AdoptionTable([]).rows.isEmpty)
    }

    @Test func classesMoveWithTheThresholds() throws {
        let sent = "It sounds like everything at work is piling up, and you feel alone with it."
        let reports = [message(1).report, message(2, sent: sent).report]
        let similarity = reports[1].editSimilarity
        #expect(similarity > 0.9 && similarity < 0.95, "\(similarity)")
        let shift = AdoptionShift(reports, around: AdoptionThresholds())
        #expect(shift.rows.allSatisfy { $0.thresholds.isOrdered })
        #expect(shift.rows.filter { $0.changed == nil }.allSatisfy { $0.moved == 0 })
        let lower = try #require(
            shift.rows.first { $0.changed == .direct && abs($0.thresholds.direct - 0.9) < 1e-9 })
        #expect(lower.counts[.direct] == 2 && lower.moved == 1)
        #expect(!shift.rows.contains { $0.thresholds.direct > 1.001 })
    }
}
