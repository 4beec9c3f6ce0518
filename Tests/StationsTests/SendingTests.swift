import Testing

@testable import Stations

/// What is sent again, and when.
@Suite struct SendingTests {
    private func hashes(_ count: Int, of bytes: Int) throws -> (BytesSource, PartHashes) {
        let source = BytesSource(bytes: (0..<bytes).map { UInt8(truncatingIfNeeded: $0 >> 8 ^ $0) })
        let made = try PartHashes(source, partSize: 1 << 20)
        #expect(made.parts.count == count)
        return (source, made)
    }

    @Test func filesAreCutIntoPieces() throws {
        #expect(FileParts.size(for: 0) == 8 << 20)
        #expect(FileParts.size(for: 72_000 << 20) == 8 << 20)
        #expect(FileParts.size(for: 72_001 << 20) == 9 << 20)
        #expect(FileParts.size(for: 1 << 42) % (1 << 20) == 0)
        for size: Int64 in [0, 1, 8 << 20, (8 << 20) + 1, 1 << 40, 1 << 42] {
            let part = FileParts.size(for: size)
            let count = FileParts.count(size: size, partSize: part)
            #expect((1...10_000).contains(count))
            #expect(FileParts.range(count - 1, size: size, partSize: part).upperBound == size)
        }
        let (_, empty) = try hashes(1, of: 0)
        #expect(empty.range(0).isEmpty && empty.sha256 == empty.parts[0])
        let (source, made) = try hashes(3, of: (2 << 20) + 1)
        #expect(made.sha256 == PartHashes.sha256(source.bytes))
        #expect(made.parts[2] == PartHashes.sha256([source.bytes[2 << 20]]))
    }

    @Test func piecesThatAreThereAreNotSentAgain() throws {
        let (source, made) = try hashes(4, of: (3 << 20) + 5)
        func tag(_ number: Int) throws(StationsError) -> String? {
            PartTag.md5(try source.read(made.range(number - 1)))
        }
        func piece(_ number: Int, size: Int64 = 1 << 20, tag own: String? = nil)
            throws -> ListingPage.ListedPiece
        {
            ListingPage.ListedPiece(
                number: number, size: size, tag: try own ?? tag(number) ?? "")
        }
        func missing(_ pieces: [ListingPage.ListedPiece]) throws -> [Int] {
            let plan = try UploadPlan(made, pieces: pieces, tag: tag)
            #expect(Set(plan.kept.keys).union(plan.missing) == [1, 2, 3, 4])
            return plan.missing
        }
        #expect(try missing([]) == [1, 2, 3, 4])
        #expect(try missing([piece(1), piece(3)]) == [2, 4])
        #expect(try missing([piece(1), piece(2), piece(3), piece(4, size: 5)]) == [])
        // Another length, another content, a tag that says nothing, a number that there is not.
        #expect(try missing([piece(1, size: 5)]) == [1, 2, 3, 4])
        #expect(try missing([piece(1, tag: String(repeating: "0", count: 32))]) == [1, 2, 3, 4])
        #expect(try missing([piece(1, tag: "")]) == [1, 2, 3, 4])
        #expect(try missing([piece(7, tag: "x")]) == [1, 2, 3, 4])
        // A machine that knows no MD5 sends all again.
        #expect(try UploadPlan(made, pieces: [piece(1)]) { _ in nil }.missing == [1, 2, 3, 4])
    }

    @Test func oneOfSeveralSendingsGoesOn() {
        func sending(_ identifier: String, _ began: Int64) -> UnfinishedSending {
            UnfinishedSending(key: "k", began: began, identifier: identifier)
        }
        let all = [sending("a", 1), sending("b", 3), sending("c", 2)]
        let most = UploadPlan.choose(all, bytes: ["a": 9, "b": 5])
        #expect(most.goesOn?.identifier == "a" && most.givenUp.map(\.identifier) == ["b", "c"])
        #expect(UploadPlan.choose(all, bytes: [:]).goesOn?.identifier == "b")
        #expect(UploadPlan.choose([], bytes: [:]).goesOn == nil)
    }

    @Test func piecesArePutTogetherInTheirOrder() {
        let text = String(
            decoding: UploadPlan.completion([2: "b-1", 10: "c", 1: "a"]), as: UTF8.self)
        #expect(
            text.contains(
                "<Part><PartNumber>1</PartNumber><ETag>&quot;a&quot;</ETag></Part><Part><PartNumber>2"
            ))
        #expect(text.contains("<PartNumber>10</PartNumber><ETag>&quot;c&quot;</ETag></Part></Comp"))
    }

    @Test func triesBecomeRarerAndEnd() {
        let plan = RetryPlan(tries: 5, first: 1, longest: 3)
        func wait(_ tried: Int, asked: Double? = nil, chance: Double = 1) -> Double? {
            plan.wait(after: tried, asked: asked, chance: chance)
        }
        #expect([1, 2, 3, 4, 5].map { wait($0) } == [1, 2, 3, 3, nil])
        #expect(wait(1, chance: 0) == 0.5 && wait(2, chance: 0) == 1)
        // Where nobody is there it ends sooner.
        let away = (1...5).map { plan.wait(after: $0, isAnswered: false, asked: nil, chance: 1) }
        #expect(away == [1, 2, 3, nil, nil])
        // What the store asks for counts, within bounds.
        #expect(wait(1, asked: 2) == 2 && wait(1, asked: 900) == 3 && wait(1, asked: -5) == 1)
    }
}
