import Link
import SessionStore
import Testing

@testable import Console

/// What raters get, and what they never get, byte for byte.
@Suite struct RaterRoutesTests {
    private let house: ReviewHouse

    init() throws { house = try ReviewHouse() }

    private static let context = [
        ReviewHouse.suggestion, ReviewHouse.feeling, "Group", "voice", "late",
    ]

    /// Finishes one of Anna's assignments.
    private func finish(
        _ rater: ReviewHouse.Browser, _ assignment: String, value: Int64, why: String = "so it is"
    ) async throws {
        for stage in ["transcript", "context"] {
            _ = try await rater.finishStage(assignment, stage, value: value, why: why)
        }
    }

    @Test func onlyWhatIsAssignedIsThere() async throws {
        let anna = try await house.expert("anna")
        let ben = try await house.expert("ben")
        let own = try await house.participant()
        let stranger = try await house.expert("cleo")
        func ids(_ rater: ReviewHouse.Browser) async throws -> [String] {
            try await rater.good("/api/review")["assignments"]?.array?
                .compactMap { $0["id"]?.string } ?? []
        }
        #expect(try await ids(anna) == ReviewHouse.annas)
        #expect(try await ids(ben) == [ReviewHouse.bens])
        #expect(try await ids(own) == [ReviewHouse.own])
        #expect(try await ids(stranger).isEmpty)
        let all = ReviewHouse.annas + [ReviewHouse.bens, ReviewHouse.own]
        for (rater, mine) in [
            (anna, ReviewHouse.annas), (ben, [ReviewHouse.bens]), (own, [ReviewHouse.own]),
            (stranger, []),
        ] {
            let others =
                all.filter { !mine.contains($0) } + ReviewHouse.sessions
                + ReviewHouse.sessions.map { String($0.prefix(8)) } + [ReviewHouse.plan]
            for (rest, body) in [
                ("", nil), ("/open", [:]), ("/ratings", ["ratings": []]), ("/flags", ["flags": []]),
                ("/lock", ["stage": "transcript"]),
            ] as [(String, JSONValue?)] {
                let nothing = try await rater.raw(
                    "/api/review/00000000-0000-4000-8000-000000000000\(rest)", body)
                #expect(nothing.status == 404)
                for id in others {
                    let answer = try await rater.raw("/api/review/\(id)\(rest)", body)
                    #expect(answer == nothing, "\(id)\(rest)")
                }
            }
        }
    }

    @Test func whatIsRefusedLaterIsNobodysTask() async throws {
        let anna = try await house.expert("anna")
        let ben = try await house.expert("ben")
        let own = try await house.participant()
        let path = "/api/review/\(ReviewHouse.bens)"
        let nothing = try await ben.raw("/api/review/00000000-0000-4000-8000-000000000000")
        #expect(try await ben.raw(path).status == 200)
        // P-31, of whom the first session is, takes back that the conversation is used.
        let database = try StudyDatabase.open(
            at: "\(house.directory.file("data"))/\(ReviewHouse.study)/study.db")
        try database.add(
            Consent(
                participant: ReviewHouse.participants[0], tier: "conversation", isGranted: false,
                realtime: ReviewHouse.began))
        try database.close()
        func ids(_ rater: ReviewHouse.Browser) async throws -> [String] {
            try await rater.good("/api/review")["assignments"]?.array?
                .compactMap { $0["id"]?.string } ?? []
        }
        #expect(try await ids(ben).isEmpty)
        #expect(try await ids(own).isEmpty)
        #expect(try await ids(anna) == [ReviewHouse.annas[0], ReviewHouse.annas[2]])
        for (rest, body) in [
            ("", nil), ("/open", [:]), ("/ratings", ["ratings": []]),
            ("/lock", ["stage": "transcript"]),
        ] as [(String, JSONValue?)] {
            let answer = try await ben.raw("\(path)\(rest)", body)
            #expect(answer == nothing, "\(rest)")
        }
        // What comes after it in order does not wait for it.
        try await finish(anna, ReviewHouse.annas[0], value: 2)
        try await finish(anna, ReviewHouse.annas[2], value: 2)
        #expect(
            !anna.received.contains { $0.1.contains("\(ReviewHouse.participants[0]) 0 says") })
    }

    @Test func contextIsInNoAnswerBeforeTheFirstStageIsLocked() async throws {
        let ben = try await house.expert("ben")
        let path = "/api/review/\(ReviewHouse.bens)"
        _ = try await ben.good("/api/review")
        _ = try await ben.good(path)
        _ = try await ben.good("\(path)/open", [:])
        _ = try await ben.good(
            "\(path)/ratings",
            [
                "ratings": [
                    [
                        "change": .string(ReviewHouse.uuid()), "turn": 2, "item": "empathy",
                        "value": 3,
                    ]
                ]
            ])
        // What the second stage asks cannot be answered, flagged or locked ahead, and no refusal tells of it.
        for (rest, body) in [
            (
                "/ratings",
                ["ratings": [["change": .string(ReviewHouse.uuid()), "item": "voice", "value": 3]]]
            ),
            ("/flags", ["flags": [ben.flag("late", ReviewHouse.uuid(), "add", "")]]),
            ("/lock", ["stage": "context"]), ("/lock", ["stage": "transcript"]),
        ] as [(String, JSONValue)] {
            let (status, _) = try await ben.ask(path + rest, body)
            #expect([400, 409].contains(status), "\(rest) \(status)")
        }
        _ = try await ben.good(path)
        for (asked, text) in ben.received {
            for word in Self.context + [ReviewHouse.unseen] {
                #expect(!text.contains(word), "\(asked) has '\(word)': \(text)")
            }
        }
        let after = try await ben.finishStage(ReviewHouse.bens, "transcript", value: 5, why: "x")
        #expect(after["stage"]?.string == "context")
        for word in Self.context { #expect(after.text.contains(word), "\(word)") }
        // What nobody saw is not shown to raters either.
        #expect(!after.text.contains(ReviewHouse.unseen))
    }

    @Test func whatIsLockedStays() async throws {
        let ben = try await house.expert("ben")
        let path = "/api/review/\(ReviewHouse.bens)"
        let state = try await ben.finishStage(
            ReviewHouse.bens, "transcript", value: 5, why: "because")
        let flag = try #require(state["flags"]?.array?.first?["flag"]?.string)
        func rating(_ item: String, _ turn: JSONValue) -> JSONValue {
            [
                "ratings": [
                    [
                        "change": .string(ReviewHouse.uuid()), "turn": turn, "item": .string(item),
                        "value": 1, "rationale": "no",
                    ]
                ]
            ]
        }
        func kept() throws -> ([Rating], [Annotation]) {
            let reader = try ReviewReader.open(house.file(0))
            defer { try? reader.close() }
            return (
                try reader.ratings(assignment: ReviewHouse.bens),
                try reader.annotations(layer: ReviewHouse.bens)
            )
        }
        let before = try kept()
        for body in [
            rating("empathy", 2),
            [
                "ratings": [
                    [
                        "change": .string(ReviewHouse.uuid()), "turn": 2, "item": "empathy",
                        "value": .null,
                    ]
                ]
            ],
        ] {
            let (status, _) = try await ben.ask("\(path)/ratings", body)
            #expect(status == 400)
        }
        for action in ["change", "remove", "add"] {
            let (status, _) = try await ben.ask(
                "\(path)/flags", ["flags": [ben.flag("cue", flag, action, "other words")]])
            #expect(status == 409, "\(action)")
        }
        #expect(try kept() == before)
        // Locking again answers the same and opens nothing.
        #expect(try await ben.good("\(path)/lock", ["stage": "transcript"])["stage"] == "context")
        _ = try await ben.finishStage(ReviewHouse.bens, "context", value: 4, why: "")
        let last = try kept()
        for body in [rating("empathy", 2), rating("voice", .null)] {
            let (status, _) = try await ben.ask("\(path)/ratings", body)
            #expect(status == 409)
        }
        let (status, _) = try await ben.ask(
            "\(path)/flags", ["flags": [ben.flag("late", ReviewHouse.uuid(), "add", "")]])
        #expect(status == 409)
        #expect(try kept() == last)
        #expect(last.0.allSatisfy { !$0.isDraft } && last.0.count == 3)
    }

    @Test func aReasonThatIsAskedForHoldsTheLock() async throws {
        let ben = try await house.expert("ben")
        let path = "/api/review/\(ReviewHouse.bens)"
        func rate(_ turn: Int64, _ why: JSONValue) async throws {
            _ = try await ben.good(
                "\(path)/ratings",
                [
                    "ratings": [
                        [
                            "change": .string(ReviewHouse.uuid()), "turn": .integer(turn),
                            "item": "empathy", "value": 3, "rationale": why,
                        ]
                    ]
                ])
        }
        try await rate(2, "it asks")
        try await rate(4, .null)
        let lock: JSONValue = ["stage": "transcript"]
        var answer = try await ben.ask("\(path)/lock", lock)
        #expect(answer.0 == 409 && answer.1["error"]?.string == "One reason is still missing.")
        _ = try await ben.good(
            "\(path)/flags", ["flags": [ben.flag("cue", ReviewHouse.uuid(), "add", " \n")]])
        answer = try await ben.ask("\(path)/lock", lock)
        #expect(answer.1["error"]?.string == "2 reasons are still missing.")
        // A draft has its reason when it is read again; the statement is a whole, so that one without takes it back.
        let ratings = try await ben.good(path)["ratings"]?.array ?? []
        #expect(ratings.map { $0["rationale"]?.string } == ["it asks", ""])
        // None is taken where the scheme has no room for one.
        try await rate(4, "it tells")
        let flag = try #require(try await ben.good(path)["flags"]?.array?.first?["flag"]?.string)
        _ = try await ben.good(
            "\(path)/flags", ["flags": [ben.flag("cue", flag, "change", "why not")]])
        _ = try await ben.good("\(path)/lock", lock)
        let refused = try await ben.ask(
            "\(path)/ratings",
            [
                "ratings": [
                    [
                        "change": .string(ReviewHouse.uuid()), "item": "voice", "value": 3,
                        "rationale": "so",
                    ]
                ]
            ])
        #expect(refused.0 == 400)
    }

    @Test func noByteTellsWhoseConversationItIs() async throws {
        let ben = try await house.expert("ben")
        let own = try await house.participant()
        let anna = try await house.expert("anna")
        // Others have said all that they have to say before.
        try await finish(ben, ReviewHouse.bens, value: 6, why: "ben-says-so")
        try await finishOwn(own)
        _ = try await anna.good("/api/review")
        for assignment in ReviewHouse.annas {
            _ = try await anna.ask("/api/review/\(assignment)")
            let path = "/api/review/\(assignment)"
            for body: JSONValue in [
                ["ratings": [["change": "x", "turn": 99, "item": "empathy", "value": 3]]],
                ["ratings": [["change": "x", "turn": 2, "item": "empathy", "value": 3]]],
                ["ratings": "x"],
            ] { _ = try await anna.ask("\(path)/ratings", body) }
            _ = try await anna.ask("\(path)/flags", ["flags": [["flag": "x"]]])
            try await finish(anna, assignment, value: 2)
            _ = try await anna.good(path)
        }
        _ = try await anna.good("/api/review")
        for assignment in ReviewHouse.annas { _ = try await anna.good("/api/review/\(assignment)") }
        #expect(anna.received.count > 40)
        let words =
            ReviewHouse.participants
            + ReviewHouse.sessions.flatMap {
                [$0, String($0.prefix(8)), String($0.suffix(4))]
            } + [
                ReviewHouse.study, ReviewHouse.condition, ReviewHouse.plan, "ben", "rosa", "424242",
                "how-it-was", ".attune", ".review", "study.db", "2026", "calibration", "repeat",
                "purpose", "phase", "utc", "condition\"", "etag:", "last-modified:", "sha256",
                "participant\":\"p", "09:30", "1795253412",
            ]
        for (asked, text) in anna.received {
            let small = text.lowercased()
            for word in words {
                #expect(!small.contains(word.lowercased()), "\(asked) has '\(word)': \(text)")
            }
            // Times in nanoseconds, milliseconds or seconds since 1970 have at least ten digits.
            let runs = small.split { !$0.isASCII || !$0.isNumber }.filter { $0.count >= 10 }
            #expect(
                runs.allSatisfy { asked.contains($0) || $0.allSatisfy { $0 == "0" } },
                "\(asked): \(runs)")
        }
    }

    @Test func thePageItselfIsTheSameForAll() async throws {
        let anna = try await house.expert("anna")
        let ben = try await house.expert("ben")
        let page = try await anna.raw("/review/\(ReviewHouse.annas[0])")
        #expect(page.status == 200)
        for path in ["/review/\(ReviewHouse.annas[3])", "/review/\(ReviewHouse.bens)", "/review/x"]
        {
            #expect(try await anna.raw(path) == page)
            #expect(try await ben.raw(path) == page)
        }
    }

    private func finishOwn(_ own: ReviewHouse.Browser) async throws {
        let path = "/api/review/\(ReviewHouse.own)"
        for (stage, turns) in [("transcript", [2, 4]), ("context", [nil])] as [(String, [Int64?])] {
            _ = try await own.good("\(path)/open", [:])
            _ = try await own.good(
                "\(path)/ratings",
                [
                    "ratings": .array(
                        turns.map {
                            [
                                "change": .string(ReviewHouse.uuid()),
                                "turn": $0.map(JSONValue.integer) ?? .null,
                                "item": $0 == nil ? "voice" : "empathy", "value": 7,
                                "rationale": $0 == nil ? .null : "p31-says-so",
                            ]
                        })
                ])
            _ = try await own.good("\(path)/lock", ["stage": .string(stage)])
        }
    }

    @Test func aHiddenRepeatIsNotToldApart() async throws {
        let anna = try await house.expert("anna")
        try await finish(anna, ReviewHouse.annas[0], value: 4)
        /// All that Anna gets of one, without what differs between any two of hers.
        func seen(_ assignment: String, _ place: Int) async throws -> [String] {
            let path = "/api/review/\(assignment)"
            var texts: [String] = []
            for body: JSONValue? in [nil, [:]] {
                let answer = try await anna.raw(body == nil ? path : "\(path)/open", body)
                texts.append(
                    "\(answer.status)\n\(answer.head)\n\(String(decoding: answer.body, as: UTF8.self))"
                )
            }
            let listed = try await anna.good("/api/review")["assignments"]?.array ?? []
            texts.append(try #require(listed.first { $0["id"]?.string == assignment }).text)
            return texts.map {
                $0.replacing(assignment, with: "ID")
                    .replacing("Conversation \(place)", with: "LABEL")
            }
        }
        let first = try await seen(ReviewHouse.annas[1], 2)
        try await finish(anna, ReviewHouse.annas[1], value: 3, why: "the first time")
        // What is finished is put away while others are open: nothing can be copied from it.
        let away = try await anna.good("/api/review/\(ReviewHouse.annas[1])")
        #expect(
            away["put_away"] == true && away["turns"] == [] && away["ratings"] == []
                && away["flags"] == [])
        #expect(!away.text.contains("the first time"))
        try await finish(anna, ReviewHouse.annas[2], value: 4)
        let again = try await seen(ReviewHouse.annas[3], 4)
        #expect(again == first)
        #expect(!again.joined().contains("the first time"))
        try await finish(anna, ReviewHouse.annas[3], value: 6, why: "the second time")
        // Once all is finished, each has what was said then.
        for (assignment, value, why) in [
            (ReviewHouse.annas[1], 3, "the first time"),
            (ReviewHouse.annas[3], 6, "the second time"),
        ] as [(String, JSONValue, String)] {
            let state = try await anna.good("/api/review/\(assignment)")
            #expect(state["put_away"] == false)
            let ratings = state["ratings"]?.array ?? []
            #expect(ratings.count == 3 && ratings.allSatisfy { $0["value"] == value })
            #expect(ratings.count { $0["rationale"]?.string == why } == 2)
            #expect(state["flags"]?.array?.allSatisfy { $0["rationale"]?.string == why } == true)
        }
        let book = try await ReviewShelf(house.surroundings).book(ReviewHouse.study)
        let reading = try await PlanReading(
            try #require(book?.plans.first), try #require(book), house.surroundings)
        let repeats = try #require(
            reading.results(seed: 1, resamples: 100).items.first?.repeats.first)
        #expect(repeats.raters == ["anna"] && repeats.compared == 2 && repeats.bias?.mean == 3)
    }
}
