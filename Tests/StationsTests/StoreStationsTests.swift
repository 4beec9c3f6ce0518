import SessionStore
import SystemCalls
import TestSupport
import Testing

@testable import Stations

/// Stations and a store that lies, that is written by two at once, or that does not let.
@Suite struct StoreStationsTests {
    private let made = MadeUpStore()
    private let first: MadeUpStation
    private let second: MadeUpStation
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
        first = try MadeUpStation("lab a", in: directory)
        second = try MadeUpStation("lab b", in: directory)
    }

    private func place(
        _ station: MadeUpStation, forPush: Bool = true, verifies: Bool = false
    ) throws -> StationPlace {
        var options = StationPlace.Options(station: station.name)
        options.partSize = 1 << 20
        options.verifies = verifies
        return try StationPlace(made.store(), options, forPush: forPush)
    }

    private func push(_ station: MadeUpStation, verifies: Bool = false) throws -> StudyOutcome {
        try place(station, verifies: verifies).push(
            data: station.data, study: MadeUpStation.study)
    }

    private func pull(_ station: MadeUpStation) throws -> StudyOutcome {
        try place(station, forPush: false).pull(data: station.data, study: MadeUpStation.study)
    }

    private func isSettled(_ station: MadeUpStation, verifies: Bool) throws -> Bool {
        try place(station, forPush: false, verifies: verifies).compare(
            data: station.data, study: MadeUpStation.study
        ).isSettled
    }

    private static let manifest = "p/pilot/sessions/s-1.json"

    private var file: String {
        get throws {
            try #require(made.objects.keys.first { $0.contains("/files/P01/") })
        }
    }

    /// It says that all is well, and keeps something else: of a file of one piece, and of one of several.
    @Test(arguments: [1, 200_000])
    func aStoreThatLiesGetsNothingPast(count: Int) throws {
        let path = try first.record(
            "s-1", said: String(repeating: "Anna was there. ", count: count))
        try first.record("s-2", "P02", second: 5)
        var isLying = true
        made.watcher = { request in
            guard isLying, request.method == "GET", request.key == Self.manifest else { return }
            // From now on: a byte in the middle is another one, length and line of the head stay.
            for key in self.made.objects.keys where key.contains("/files/P01/") {
                self.made.objects[key]?[5000] ^= 1
            }
            isLying = false
        }
        #expect(try push(first).moved.map(\.session) == ["s-1", "s-2"])
        let told = try pull(second)
        #expect(told.moved.map(\.session) == ["s-2"])
        #expect(told.problems.map(\.session) == ["s-1"] && second.files().isEmpty)
        #expect(told.problems.first?.why.contains("SHA-256") == true)
        #expect(try !isLying && isSettled(first, verifies: false))
        #expect(try !isSettled(first, verifies: true))
        #expect(try push(first, verifies: true).moved.map(\.session) == ["s-1"])
        #expect(try isSettled(first, verifies: true))
        #expect(try pull(second).moved.map(\.session) == ["s-1"])
        let copy = try MadeUpStation.path(second.data, "P01", second: 0, kind: .chat)
        #expect(try FileHash.sha256(copy) == FileHash.sha256(path))
    }

    /// A store that says of pieces that they are there, puts something else together, and says that it is well.
    @Test func whatIsPutTogetherIsLookedAt() throws {
        try first.record("s-1", said: String(repeating: "Anna was there. ", count: 200_000))
        made.watcher = { request in
            guard request.method == "POST", let id = request.query["uploadId"] else { return }
            self.made.uploads[id]?.pieces[2] = nil
        }
        let told = try push(first)
        #expect(told.moved.isEmpty && told.problems.map(\.session) == ["s-1"])
        #expect(made.objects[Self.manifest] == nil)
    }

    /// Both look, both send, and the other one was faster with its manifest.
    @Test func whoIsSecondChangesNothing() throws {
        try first.record("s-1")
        try second.record("s-1", said: "Bertha was there")
        _ = try push(second)
        let removed = made.objects.removeValue(forKey: Self.manifest)
        let other = try #require(removed)
        made.watcher = { request in
            guard request.method == "PUT", request.key == Self.manifest else { return }
            self.made.objects[Self.manifest] = other
        }
        let sent = try push(first)
        #expect(sent.moved.isEmpty && sent.problems.map(\.session) == ["s-1"])
        #expect(sent.problems.first?.why.contains("at the same time") == true)
        #expect(made.objects[Self.manifest] == other)
        #expect(try pull(first).problems.map(\.session) == ["s-1"])
    }

    /// The same session from two stations at once is no conflict.
    @Test func whoIsSecondWithTheSameHasIt() throws {
        try first.record("s-1")
        _ = try push(first)
        _ = try pull(second)
        let removed = made.objects.removeValue(forKey: Self.manifest)
        let other = try #require(removed)
        made.watcher = { request in
            guard request.method == "PUT", request.key == Self.manifest else { return }
            self.made.objects[Self.manifest] = other
        }
        let sent = try push(second)
        #expect(sent.moved.isEmpty && sent.problems.isEmpty && sent.present == 1)
        #expect(made.objects[Self.manifest] == other)
    }

    /// What is old and cannot be removed is told, and nothing else stops for it.
    @Test func whatCannotBeTidiedIsTold() throws {
        made.moment = "2001-09-09T01:46:40Z"
        made.objects["p/pilot/files/P09/old.attune"] = [1]
        made.uploads["old"] = ("p/pilot/files/P09/other.attune", [:])
        made.watcher = { request in
            guard request.method == "DELETE" else { return }
            self.made.answers = [MadeUpStore.status(400, "<Error><Code>Locked</Code></Error>")]
        }
        try first.record("s-1")
        let sent = try push(first)
        #expect(sent.moved.map(\.session) == ["s-1"] && sent.cutOff == nil)
        #expect(sent.remarks.count == 2 && sent.removed.isEmpty && sent.problems.isEmpty)
        made.watcher = nil
        #expect(try push(first).removed.count == 1 && made.uploads.isEmpty)
    }

    /// A bucket with versions keeps what is removed.
    @Test func versionsAreTold() throws {
        let path = try first.record("s-1")
        _ = try push(first)
        try first.withdraw(path, session: "s-1", participant: "P01")
        made.watcher = { request in
            guard request.method == "DELETE" else { return }
            self.made.answers = [
                MadeUpStore.status(204, "", ["x-amz-delete-marker": "true"])
            ]
        }
        let sent = try push(first)
        #expect(sent.removed.map(\.session) == ["s-1"])
        #expect(sent.remarks.contains { $0.contains("old versions") })
    }

    /// The store is away, refuses, or has no such bucket: what was done is told, and why the rest was not.
    @Test(arguments: [
        (403, "AccessDenied", StationsError.Code.denied),
        (403, "SignatureDoesNotMatch", .denied), (404, "NoSuchBucket", .noPlace),
        (503, "SlowDown", .unreachable),
    ])
    func whatConcernsThePlaceEndsIt(
        status: Int, name: String, code: StationsError.Code
    ) throws {
        try first.record("s-1")
        try first.record("s-2", "P02", second: 5)
        let refusal = MadeUpStore.status(status, "<Error><Code>\(name)</Code></Error>")
        made.answers = Array(repeating: refusal, count: 20)
        #expect { _ = try push(first) } throws: { ($0 as? StationsError)?.code == code }
        made.answers = []
        // With the second file.
        made.watcher = { request in
            guard request.method == "PUT", request.key?.contains("/files/P02/") == true else {
                return
            }
            self.made.answers = Array(repeating: refusal, count: 20)
        }
        let sent = try push(first)
        #expect(sent.moved.map(\.session) == ["s-1"] && sent.cutOff?.isEmpty == false)
        #expect(sent.problems.isEmpty)
        made.watcher = nil
        made.answers = []
        #expect(try push(first).moved.map(\.session) == ["s-2"])
    }
}
