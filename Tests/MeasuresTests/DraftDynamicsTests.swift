import SessionStore
import Testing
import Timebase

@testable import Measures

@Suite struct DraftDynamicsTests {
    static func at(_ seconds: Double) -> Instant {
        Instant(nanoseconds: 1_000_000_000_000 + Int64((seconds * 1e9).rounded()))
    }

    static func edit(
        _ seconds: Double, _ position: Int64, _ deleted: Int64, _ inserted: Int64,
        _ editClass: String = "letter", draft: Int64 = 1
    ) -> DraftEdit {
        DraftEdit(
            turn: draft, time: at(seconds), position: position, deleted: deleted,
            inserted: inserted, editClass: editClass, client: "page")
    }

    /// Ten letters; a pause; five letters; two deleted; three letters; another place; sent.
    static let written: [DraftEdit] = {
        var edits: [DraftEdit] = []
        for letter in 0..<10 { edits.append(edit(Double(letter) * 0.2, Int64(letter), 0, 1)) }
        for letter in 0..<5 {
            edits.append(edit(5 + Double(letter) * 0.2, 10 + Int64(letter), 0, 1))
        }
        edits.append(edit(6.2, 14, 1, 0, "delete"))
        edits.append(edit(6.4, 13, 1, 0, "delete"))
        for letter in 0..<3 {
            edits.append(edit(6.6 + Double(letter) * 0.2, 13 + Int64(letter), 0, 1))
        }
        edits.append(edit(8.0, 0, 0, 1))
        edits.append(edit(8.2, 1, 0, 1))
        return edits
    }()

    @Test func theWritingIsToldByItsEdits() throws {
        let dynamics = try #require(
            DraftDynamics(Self.written, sent: Self.at(9), answered: Self.at(-4)))
        #expect(dynamics.timeToFirstEdit == 4_000_000_000)
        #expect(dynamics.writing == 8_200_000_000 && dynamics.timeToSend == 800_000_000)
        #expect(dynamics.pauses == [3_200_000_000])
        #expect(dynamics.edits == 22 && dynamics.deletions == 2 && dynamics.deleted == 2)
        #expect(dynamics.typed == 20 && dynamics.length == 18)
        #expect(dynamics.finalToTyped == 0.9)
        // Two deletions, and the place where one went on elsewhere.
        #expect(dynamics.revisions == 3 && dynamics.revisionShare == 3.0 / 22)
        #expect(dynamics.bursts.map(\.inserted) == [10, 5, 3, 2])
        #expect(dynamics.bursts.map(\.end) == [.pause, .revision, .revision, .sent])
        #expect(dynamics.bursts(endedBy: .revision).count == 2)
        #expect(abs((dynamics.charactersPerMinute ?? 0) - 240) < 1e-6)
    }

    @Test func thePauseCanBeSet() throws {
        let short = try #require(
            DraftDynamics(Self.written, settings: DraftSettings(pause: 200_000_000)))
        #expect(short.pauses.count == 21 && short.bursts.count == 20)
        let long = try #require(
            DraftDynamics(Self.written, settings: DraftSettings(pause: 4_000_000_000)))
        #expect(long.pauses.isEmpty && long.bursts.map(\.inserted) == [15, 3, 2])
    }

    @Test func whatWasPutInIsNotWritten() throws {
        let edits = [
            Self.edit(0, 0, 0, 1), Self.edit(0.2, 1, 0, 1), Self.edit(1, 2, 0, 40, "other"),
            Self.edit(1.5, 42, 0, 1, "space"), Self.edit(2, 43, 0, 7, "paste"),
        ]
        let dynamics = try #require(
            DraftDynamics(
                edits,
                insertions: [
                    DraftInsertion(
                        time: Self.at(1) + 300_000, id: "s1", position: 2, inserted: 40)
                ]))
        #expect(dynamics.insertions == 1 && dynamics.suggested == 40)
        #expect(dynamics.pastes == 1 && dynamics.pasted == 7)
        #expect(dynamics.typed == 3 && dynamics.length == 50 && dynamics.finalToTyped == 1)
        #expect(dynamics.bursts.map(\.inserted) == [2, 1])
        #expect(dynamics.bursts.map(\.end) == [.insertion, .insertion])
        #expect(dynamics.revisions == 0)
    }

    /// k, か, かn, かん: one composition that leaves two characters and takes nothing back.
    @Test func aCompositionIsOneEdit() throws {
        let edits = [
            Self.edit(0.1, 0, 0, 1), Self.edit(0.2, 0, 1, 1), Self.edit(0.3, 1, 0, 1),
            Self.edit(0.4, 1, 1, 1), Self.edit(1.1, 2, 0, 1), Self.edit(1.2, 2, 1, 1),
        ]
        let dynamics = try #require(
            DraftDynamics(
                edits,
                compositions: [Self.at(1.05)...Self.at(1.3), Self.at(0.05)...Self.at(0.5)]))
        #expect(dynamics.compositions == 2 && dynamics.edits == 2)
        #expect(dynamics.typed == 3 && dynamics.length == 3 && dynamics.deleted == 0)
        #expect(dynamics.revisions == 0 && dynamics.bursts.map(\.inserted) == [3])
    }

    @Test func draftsFindTheirMessages() {
        func turn(_ number: Int64, _ author: String, _ sent: Double, shown: Double? = nil) -> Turn {
            Turn(
                number: number, author: author, text: "x", sent: Self.at(sent),
                shown: shown.map(Self.at), client: author == "client" ? "chat" : "page")
        }
        // Number 7 is a typing task before the chat.
        let edits = [
            Self.edit(-50, 0, 0, 5, draft: 7), Self.edit(3, 0, 0, 1, draft: 8),
            Self.edit(4, 1, 0, 1, draft: 8), Self.edit(12, 0, 0, 3, draft: 9),
        ]
        let drafts = SessionDrafts(
            turns: [
                turn(1, "client", 0, shown: 1), turn(2, "participant", 5),
                turn(3, "client", 9, shown: 10), turn(4, "participant", 13),
                turn(5, "participant", 20),
            ],
            edits: edits,
            events: [
                SessionEvent(time: Self.at(1), kind: "composition", payload: "{nonsense"),
                SessionEvent(time: Self.at(2), kind: "composition", payload: "{\"state\":\"end\"}"),
                SessionEvent(time: Self.at(2), kind: "suggestion_inserted", payload: "[]"),
            ])
        #expect(drafts.messages.map { $0.dynamics?.draft } == [8, 9, nil])
        #expect(drafts.messages[0].dynamics?.timeToFirstEdit == 2_000_000_000)
        #expect(drafts.messages[1].dynamics?.timeToFirstEdit == 2_000_000_000)
        #expect(drafts.messages[1].dynamics?.length == 3)
    }

    /// A typing task counts as the first draft; a page that is loaded anew is another client.
    @Test func draftsOfOneNumberAreToldApart() throws {
        var later = Self.edit(16, 1, 0, 1)
        later.client = "page-2"
        let drafts = SessionDrafts(
            turns: [
                Turn(author: "participant", text: "ab", sent: Self.at(17), bound: .max),
                Turn(author: "participant", text: "c", sent: Self.at(30)),
            ],
            edits: [Self.edit(2, 0, 0, 50), Self.edit(15, 0, 0, 1), later, Self.edit(29, 0, 0, 1)],
            events: [],
            phases: [
                Phase(name: "typing", started: Self.at(0), ended: Self.at(10)),
                Phase(name: "chat", started: Self.at(10)),
            ])
        #expect(drafts.messages.map { $0.dynamics?.length } == [2, 1])
        #expect(drafts.messages[0].dynamics?.edits == 2)
        #expect(drafts.messages[0].dynamics?.began == Self.at(15))
    }

    @Test func nothingTraps() {
        #expect(DraftDynamics([]) == nil)
        let far = [Int64.min, -5, 0, .max].map { value in
            DraftEdit(
                turn: 1, time: Instant(nanoseconds: value), position: value, deleted: value,
                inserted: value, editClass: "x")
        }
        let dynamics = DraftDynamics(
            far, sent: Instant(nanoseconds: .min), answered: Instant(nanoseconds: .max),
            compositions: [Instant(nanoseconds: .min)...Instant(nanoseconds: .max)])
        #expect(dynamics?.compositions == 1)
        _ = dynamics?.charactersPerMinute
    }
}
