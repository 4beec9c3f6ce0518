import Testing

@testable import Review

/// Who rates what, in which order.
@Suite struct AssignmentPlannerTests {
    private func names(_ prefix: String, _ count: Int) -> [String] {
        (0..<count).map { "\(prefix)\($0)" }
    }

    @Test func eachSessionGetsItsRatersAndAllAreAsBusy() throws {
        for (sessions, raters, each) in [(12, 4, 2), (10, 3, 3), (7, 5, 1), (30, 6, 3), (5, 4, 3)] {
            let request = AssignmentRequest(
                sessions: names("s", sessions), raters: names("r", raters),
                ratersPerSession: each, seed: 4)
            #expect(request.problem == nil)
            let drafts = AssignmentPlanner(request).drafts()
            #expect(drafts.count == sessions * each)
            for session in request.sessions {
                let own = drafts.filter { $0.session == session }.map(\.rater)
                #expect(Set(own).count == each && own.count == each)
            }
            let loads = request.raters.map { rater in drafts.count { $0.rater == rater } }
            #expect(loads.max()! - loads.min()! <= 1, "\(loads)")
        }
    }

    /// With pairs of four raters, all six pairs share sessions.
    @Test func allPairsMeet() {
        let request = AssignmentRequest(
            sessions: names("s", 12), raters: names("r", 4), ratersPerSession: 2, seed: 9)
        let drafts = AssignmentPlanner(request).drafts()
        let pairs = request.sessions.map { session in
            Set(drafts.filter { $0.session == session }.map(\.rater))
        }
        let counts = Dictionary(grouping: pairs) { $0 }.mapValues(\.count)
        #expect(counts.count == 6 && counts.values.allSatisfy { $0 == 2 }, "\(counts)")
    }

    @Test func ordersFollowFromTheSeedAndDiffer() {
        func drafts(_ seed: UInt64) -> [AssignmentDraft] {
            AssignmentPlanner(
                AssignmentRequest(
                    sessions: names("s", 8), raters: names("r", 3), ratersPerSession: 3, seed: seed)
            ).drafts()
        }
        #expect(drafts(3) == drafts(3) && drafts(3) != drafts(4))
        func order(_ rater: String) -> [String] {
            drafts(3).filter { $0.rater == rater }.map(\.session)
        }
        #expect(order("r0") != order("r1") && Set(order("r0")) == Set(order("r1")))
        // What this seed has always given: a plan can be drawn again in twenty years.
        #expect(order("r0") == ["s2", "s1", "s0", "s4", "s5", "s7", "s3", "s6"], "\(order("r0"))")
    }

    @Test func calibrationComesFirstForAllInOneOrder() {
        let request = AssignmentRequest(
            sessions: names("s", 6), raters: names("r", 3), ratersPerSession: 2,
            calibration: ["c1", "c0"], repeatShare: 0.5, repeatDistance: 2, seed: 1)
        let drafts = AssignmentPlanner(request).drafts()
        for rater in request.raters {
            let own = drafts.filter { $0.rater == rater }
            #expect(own.prefix(2).map(\.session) == ["c1", "c0"])
            #expect(own.prefix(2).allSatisfy { $0.purpose == .calibration })
            #expect(own.map(\.position) == Array(1...own.count))
            // Nothing in a label tells what it is.
            #expect(own.map(\.label) == (1...own.count).map { "Conversation \($0)" })
        }
    }

    @Test func repeatsComeAtADistance() throws {
        for seed in 0..<40 as Range<UInt64> {
            for (count, share, distance) in [
                (10, 0.2, 3), (6, 0.5, 4), (4, 1, 3), (3, 1, 9), (20, 0.3, 8),
            ] {
                let request = AssignmentRequest(
                    sessions: names("s", count), raters: ["r"], ratersPerSession: 1,
                    repeatShare: share, repeatDistance: distance, seed: seed)
                let drafts = AssignmentPlanner(request).drafts()
                let again = drafts.filter { $0.purpose == .repeat }
                #expect(again.count == Int((share * Double(count)).rounded()))
                #expect(Set(again.map(\.session)).count == again.count)
                for draft in again {
                    let first = try #require(
                        drafts.first { $0.session == draft.session && $0.purpose == .main })
                    let between = draft.position - first.position - 1
                    #expect(between >= min(distance, count - 1), "\(seed) \(count)")
                }
            }
        }
        // One session cannot come again at a distance.
        let one = AssignmentRequest(
            sessions: ["s"], raters: ["r"], ratersPerSession: 1, repeatShare: 1, seed: 1)
        #expect(AssignmentPlanner(one).drafts().count == 1)
    }

    @Test func participantsRateTheirOwn() {
        let request = AssignmentRequest(
            sessions: ["a", "b"], raters: ["r"], ratersPerSession: 1,
            own: [.init(session: "a", rater: "p1"), .init(session: "b", rater: "p2")], seed: 1)
        let own = AssignmentPlanner(request).drafts().filter { $0.purpose == .own }
        #expect(own.map(\.rater) == ["p1", "p2"] && own.allSatisfy { $0.position == 1 })
        #expect(own.allSatisfy { $0.label == "Your conversation" })
    }

    @Test func whatCannotBeIsRefusedInWords() {
        func problem(_ change: (inout AssignmentRequest) -> Void) -> String? {
            var request = AssignmentRequest(
                sessions: ["a"], raters: ["r", "q"], ratersPerSession: 2, seed: 1)
            change(&request)
            return request.problem
        }
        #expect(problem { _ in } == nil)
        #expect(problem { $0.ratersPerSession = 3 }?.contains("1 to 2") == true)
        #expect(problem { $0.ratersPerSession = 0 } != nil)
        #expect(problem { $0.raters = ["r", "r"] } != nil)
        #expect(problem { $0.raters = [] } != nil)
        #expect(problem { $0.calibration = ["a"] } != nil)
        #expect(problem { $0.repeatShare = .nan } != nil)
        #expect(problem { $0.repeatDistance = -1 } != nil)
        #expect(problem { $0.sessions = [] } != nil)
    }
}
