import Testing

@testable import Stations

/// How a store is asked: page by page, again where that helps, and no more than once where it does not.
@Suite struct StoreTests {
    private let made = MadeUpStore()

    private func bytes(_ count: Int, seed: UInt8 = 0) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) ^ seed }
    }

    private func source(_ count: Int, seed: UInt8 = 0) throws -> (BytesSource, PartHashes) {
        let source = BytesSource(bytes: bytes(count, seed: seed))
        return (source, try PartHashes(source, partSize: 1 << 20))
    }

    @Test func listsAreReadToTheirEnd() throws {
        for number in 0..<25 { made.objects["p/s/files/k\(number)"] = [1] }
        made.objects["p/s/files/../../x"] = [1]
        made.objects["p/s/files/.hidden"] = [1]
        made.objects["other/s/files/k"] = [1]
        made.pageSize = 10
        let store = try made.store()
        let found = try store.list("s/files/")
        #expect(Set(found.map(\.key)) == Set((0..<25).map { "s/files/k\($0)" }))
        #expect(made.asked.count == 3)
        #expect(try store.folders() == ["s"])
    }

    /// A store that always says that more follows must not keep a station busy for ever.
    @Test func aListWithoutAnEndIsNotFollowed() throws {
        let page = MadeUpStore.status(
            200,
            "<ListBucketResult><IsTruncated>true</IsTruncated><NextContinuationToken>a"
                + "</NextContinuationToken></ListBucketResult>")
        made.answers = Array(repeating: page, count: 50)
        #expect(throws: StationsError.self) { _ = try made.store().list("s/") }
        #expect(made.asked.count == 2)
    }

    @Test func whatPassesIsTriedAgain() throws {
        made.objects["p/k"] = [7]
        let store = try made.store()
        made.answers = [
            MadeUpStore.cut, MadeUpStore.status(503, "", ["retry-after": "3"]),
            MadeUpStore.status(200 + 300), MadeUpStore.status(429),
        ]
        #expect(try store.read("k", atMost: 10) == [7])
        #expect(made.asked.count == 5 && made.rests.count == 4 && made.rests[1] >= 3)
        made.answers = Array(repeating: MadeUpStore.cut, count: 20)
        #expect(throws: StationsError.self) { _ = try store.read("k", atMost: 10) }
        #expect(made.answers.count == 13)
    }

    @Test func whatStaysIsAskedOnce() throws {
        let store = try made.store()
        for answer in [
            MadeUpStore.status(403, "<Error><Code>AccessDenied</Code></Error>"),
            MadeUpStore.status(400), MadeUpStore.status(301),
            .failure(TransferFailure(words: "certificate", isPassing: false, isTooLong: false)),
            .failure(TransferFailure(words: "too long", isPassing: true, isTooLong: true)),
        ] {
            made.answers = [answer]
            #expect(throws: StationsError.self) { _ = try store.read("k", atMost: 10) }
        }
        #expect(made.asked.count == 5)
        #expect(try store.read("k", atMost: 10) == nil)
    }

    @Test func aNameIsTakenOnce() throws {
        let store = try made.store()
        #expect(try store.write([1], to: "m", ifAbsent: true))
        #expect(try !store.write([2], to: "m", ifAbsent: true))
        #expect(made.objects["p/m"] == [1])
        // The answer was lost, and the request sent again: it was our own.
        made.watcher = { if $0.method == "PUT" { self.made.objects["p/n"] = [3] } }
        made.answers = [MadeUpStore.cut]
        #expect(try store.write([3], to: "n", ifAbsent: true))
        made.watcher = nil
        // A store that does not know the condition is asked first.
        made.answers = [MadeUpStore.status(501)]
        #expect(try !store.write([9], to: "m", ifAbsent: true))
        made.answers = [MadeUpStore.status(501)]
        #expect(try store.write([9], to: "o", ifAbsent: true))
        #expect(made.objects["p/m"] == [1] && made.objects["p/o"] == [9])
    }

    @Test func smallFilesAreSentAsOne() throws {
        let store = try made.store()
        let (source, hashes) = try source(1000)
        #expect(try store.send(source, hashes, to: "f") == 1000)
        #expect(made.objects["p/f"] == source.bytes)
        #expect(try store.send(source, hashes, to: "f") == 0)
        // What has the name and another content was never whole.
        made.objects["p/f"]?.removeLast()
        #expect(try store.send(source, hashes, to: "f") == 1000)
        #expect(made.objects["p/f"] == source.bytes)
    }

    /// Cut off after two pieces by what no retry mends; then all that is missing is sent, and no more.
    @Test func aSendingThatWasCutOffGoesOn() throws {
        let (source, hashes) = try source(4 << 20)
        let store = try made.store(plan: RetryPlan(tries: 1))
        made.pageSize = 1
        var pieces = 0
        made.watcher = { request in
            guard request.method == "PUT" else { return }
            pieces += 1
            if pieces == 3 { self.made.answers = [MadeUpStore.cut] }
        }
        #expect(throws: StationsError.self) { _ = try store.send(source, hashes, to: "f") }
        #expect(made.uploads.count == 1 && made.objects.isEmpty)
        // An older sending of which less is there is given up.
        made.uploads["old"] = ("p/f", [1: Array(source.bytes[0..<10])])
        made.uploads["other"] = ("p/g", [:])
        made.watcher = nil
        #expect(try store.send(source, hashes, to: "f") == 2 << 20)
        #expect(made.objects["p/f"] == source.bytes)
        #expect(made.uploads.keys.sorted() == ["other"])
    }

    /// The pieces at the store are of another content.
    @Test func wrongPiecesAreSentAgain() throws {
        let (source, hashes) = try source(3 << 20)
        made.uploads["id"] = (
            "p/f", [1: bytes(1 << 20, seed: 9), 2: Array(source.bytes[1 << 20..<2 << 20])]
        )
        made.hashes["p/f"] = hashes.sha256
        #expect(try made.store().send(source, hashes, to: "f") == 2 << 20)
        #expect(made.objects["p/f"] == source.bytes)
    }

    /// A source that changes between two looks.
    private final class Changing: PartSource {
        var bytes: [UInt8]
        var isChanged = false
        var size: Int64 { Int64(bytes.count) }

        init(_ bytes: [UInt8]) { self.bytes = bytes }

        func read(_ range: Range<Int64>) throws(StationsError) -> [UInt8] {
            Array(bytes[Int(range.lowerBound)..<Int(range.upperBound)])
        }

        func checkUnchanged() throws(StationsError) {
            if isChanged { throw StationsError(.changed, "changed") }
        }
    }

    @Test(arguments: [900, 3 << 20])
    func whatChangesMeanwhileIsNotThere(size: Int) throws {
        let source = Changing(bytes(size))
        let hashes = try PartHashes(source, partSize: 1 << 20)
        source.bytes[size - 1] ^= 1
        #expect(throws: StationsError.self) { _ = try made.store().send(source, hashes, to: "f") }
        #expect(made.objects.isEmpty && made.uploads.isEmpty)
        source.bytes[size - 1] ^= 1
        source.isChanged = true
        #expect(throws: StationsError.self) { _ = try made.store().send(source, hashes, to: "f") }
        #expect(made.objects.isEmpty && made.uploads.isEmpty)
    }

    /// A store says 200, and that it failed.
    @Test func anErrorInAGoodAnswerIsNoSuccess() throws {
        let (source, hashes) = try source(2 << 20)
        var posts = 0
        made.watcher = { request in
            guard request.method == "POST" else { return }
            posts += 1
            if posts == 2 {
                self.made.answers = [
                    MadeUpStore.status(200, "<Error><Code>InternalError</Code></Error>")
                ]
            }
        }
        #expect(try made.store().send(source, hashes, to: "f") == 2 << 20)
        #expect(posts == 3 && made.objects["p/f"] == source.bytes)
        made.objects = [:]
        posts = 0
        made.watcher = { request in
            guard request.method == "POST" else { return }
            posts += 1
            if posts == 2 {
                self.made.answers = [
                    MadeUpStore.status(200, "<Error><Code>InvalidPart</Code></Error>")
                ]
            }
        }
        #expect(throws: StationsError.self) { _ = try made.store().send(source, hashes, to: "f") }
    }

    /// The pieces were put together, and the answer was lost.
    @Test func anEndThatWasNotHeardIsLookedAt() throws {
        let (source, hashes) = try source(2 << 20)
        var isCut = false
        made.watcher = { request in
            guard request.method == "POST", let id = request.query["uploadId"], !isCut else {
                return
            }
            isCut = true
            let pieces = self.made.uploads.removeValue(forKey: id)?.pieces ?? [:]
            self.made.objects["p/f"] = pieces.sorted { $0.key < $1.key }.flatMap(\.value)
            self.made.answers = [MadeUpStore.cut]
        }
        #expect(try made.store().send(source, hashes, to: "f") == 2 << 20)
        #expect(isCut && made.objects["p/f"] == source.bytes)
    }

    @Test func piecesOfObjectsAreWhole() throws {
        made.objects["p/f"] = bytes(100)
        let store = try made.store()
        #expect(try store.read("f", 10..<20) == Array(bytes(100)[10..<20]))
        #expect(try store.read("f", 10..<10) == [])
        for range: Range<Int64> in [90..<110, 200..<210] {
            #expect(throws: StationsError.self) { _ = try store.read("f", range) }
        }
        #expect(throws: StationsError.self) { _ = try store.read("g", 0..<1) }
    }

    /// What a store says where it fails is longer than the last piece of a file may be.
    @Test func aShortPieceIsTriedAgainToo() throws {
        made.objects["p/f"] = bytes(100)
        let store = try made.store()
        let words = String(repeating: "try again ", count: 50)
        made.answers = [MadeUpStore.status(503, "<Error><Message>\(words)</Message></Error>")]
        #expect(try store.read("f", 90..<100) == Array(bytes(100)[90...]))
        made.answers = [MadeUpStore.status(404, "<Error><Message>\(words)</Message></Error>")]
        #expect { _ = try store.read("f", 90..<100) } throws: {
            ($0 as? StationsError)?.code == .damaged
        }
    }

    /// A store that gives the whole where a piece is asked for, and one that gives far too much.
    @Test func moreThanAPieceIsNoPiece() throws {
        made.objects["p/f"] = bytes(100)
        let store = try made.store()
        made.answers = [.success(S3Answer(status: 200, headers: [:], body: bytes(100)))]
        #expect(throws: StationsError.self) { _ = try store.read("f", 0..<10) }
        made.answers = [.success(S3Answer(status: 200, headers: [:], body: bytes(1 << 20)))]
        #expect(throws: StationsError.self) { _ = try store.read("f", 0..<10) }
        #expect(throws: StationsError.self) { _ = try store.read("f", atMost: 99) }
        #expect(try store.read("f", atMost: 100)?.count == 100)
    }

    /// What was changed on its way is sent once more.
    @Test(arguments: ["BadDigest", "XAmzContentSHA256Mismatch"])
    func whatCameAsSomethingElseIsSentAgain(code: String) throws {
        let (source, hashes) = try source(1000)
        made.answers = [nil, MadeUpStore.status(400, "<Error><Code>\(code)</Code></Error>")]
        #expect(try made.store().send(source, hashes, to: "f") == 1000)
        #expect(made.objects["p/f"] == source.bytes && made.asked.count == 3)
    }

    /// Somebody else answers: it is told what to do, and nobody asks twice.
    @Test func whoIsNotTheStoreIsToldAsSuch() throws {
        made.answers = [
            .failure(
                TransferFailure(
                    words: "certificate", isPassing: false, isTooLong: false, isUntrusted: true))
        ]
        let store = try made.store()
        #expect { _ = try store.read("k", atMost: 10) } throws: {
            guard let error = $0 as? StationsError else { return false }
            return error.code == .configuration && error.concernsPlace
                && error.description.contains("AWS_CA_BUNDLE")
                && error.description.contains("https://store")
        }
        #expect(made.asked.count == 1)
    }
}
