import StudyProtocol
import Testing

@testable import SimulatedClient

/// Samples for coding, and tables of classes.
@Suite struct CodingTests {
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
