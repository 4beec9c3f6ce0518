import StudyProtocol
import Testing

@testable import Console

@Suite struct CueFinderTests {
    private static func moment(
        _ kind: String, _ time: Double, size: Double? = nil, label: String = ""
    ) -> CueFinder.Moment {
        CueFinder.Moment(
            id: "\(kind)-\(time)", kind: kind, time: time, to: time, label: label, size: size)
    }

    private static func finder(
        _ cues: [CueRule], most: Int? = nil, seed: UInt64 = 1, session: String = "s"
    ) -> CueFinder {
        var material = CueFinder.Material()
        for number in 1...20 {
            let turn = moment("turn", Double(number) * 10)
            material.turns.append(turn)
            material.authors[turn.id] = number.isMultiple(of: 2) ? "client" : "participant"
        }
        material.activity = [10, 12, 20, 45, 46, 60]
        material.talk = [5...80]
        material.marks = [moment("mark", 33, label: "tears"), moment("mark", 44, label: "laugh")]
        material.peaks = [
            (.skinConductance, moment("peak", 15, size: 0.2)),
            (.skinConductance, moment("peak", 55, size: 0.9)),
            (.heartRate, moment("peak", 65, size: 12)),
        ]
        return CueFinder(
            plan: ThinkAloudPlan(cues: cues, mostCues: most, cueSeed: seed, cueLeadSeconds: 4),
            session: session, material: material)
    }

    @Test func pausesAreStretchesWithoutAnything() {
        let cues = Self.finder([CueRule(.pauses(longerThan: 10))]).cues()
        #expect(cues.map(\.time) == [20, 46, 60])
        #expect(cues.map(\.to) == [45, 60, 80])
        #expect(cues.map(\.from) == [16, 42, 56])
        #expect(cues[0].label == "Pause of 25.0 s" && cues[0].origin == "pausesLongerThan: 10")
        // The longest first where few are wanted; the first second of the chat counts as well.
        let longest = Self.finder([CueRule(.pauses(longerThan: 3), most: 2)]).cues()
        #expect(longest.map(\.time) == [20, 60])
    }

    @Test func peaksTurnsAndMarks() {
        #expect(Self.finder([CueRule(.peaks(.all))]).cues().map(\.time) == [15, 55, 65])
        #expect(
            Self.finder([CueRule(.peaks(.skinConductance), most: 1)]).cues().map(\.time) == [55])
        #expect(
            Self.finder([CueRule(.turns(.client))]).cues().map(\.time)
                == stride(from: 20.0, through: 200, by: 20).map(\.self))
        #expect(Self.finder([CueRule(.marks(label: "tears"))]).cues().map(\.time) == [33])
        #expect(Self.finder([CueRule(.marks(label: nil))]).cues().count == 2)
        #expect(Self.finder([]).cues().isEmpty)
    }

    @Test func whatIsDrawnIsTheSameAgainAndAnotherForOthers() {
        let rules = [CueRule(.turns(.all), most: 4)]
        let cues = Self.finder(rules).cues()
        #expect(cues.count == 4 && Self.finder(rules).cues() == cues)
        #expect(cues.map(\.time) == cues.map(\.time).sorted())
        let others = (0..<10).map { Self.finder(rules, session: "\($0)").cues() }
        #expect(Set(others).count > 5)
        #expect(Self.finder(rules, seed: 2).cues() != cues)
    }

    @Test func aBoundOfTheWholeTakesFromAllRulesInTurn() {
        let cues = Self.finder(
            [CueRule(.turns(.all)), CueRule(.marks(label: nil)), CueRule(.peaks(.all))], most: 6
        ).cues()
        #expect(cues.count == 6)
        #expect(cues.count { $0.kind == "mark" } == 2)
        #expect(cues.count { $0.kind == "peak" } == 2)
        // A moment that two rules choose is asked about once.
        let twice = Self.finder([CueRule(.peaks(.all)), CueRule(.peaks(.heartRate))]).cues()
        #expect(twice.count == 3)
    }
}
