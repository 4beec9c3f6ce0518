import Testing

@testable import NetworkSensors

/// Lines of an EmotiBit, and what their numbers tell of losses.
@Suite struct EmotibitTests {
    @Test func aLineIsRead() throws {
        let line = try #require(EmotibitLine("126988,41067,3,PG,1,100,2453,2497,2514\r"))
        #expect(line.milliseconds == 126_988)
        #expect(line.packet == 41_067)
        #expect(line.tag == "PG")
        #expect(line.numbers == [2453, 2497, 2514])
    }

    @Test func whatAnswersTellIsFoundByItsKey() throws {
        let line = try #require(EmotibitLine("5,0,4,HH,1,100,DP,-1,DI,MD-V5-0000241"))
        #expect(line.value(of: "DI") == "MD-V5-0000241")
        #expect(line.value(of: "MD-V5-0000241") == nil)
    }

    @Test(arguments: [
        "", ",,,,,", "1,2,3,EA,1,100,1", "-1,2,1,EA,1,100,1", "1,70000,1,EA,1,100,1",
        "99999999999999999999,2,1,EA,1,100,1", "1,2,1,EA", "x,2,1,EA,1,100,1",
    ])
    func whatIsNoLineIsRefused(text: String) { #expect(EmotibitLine(text) == nil) }

    @Test func valuesThatAreNoNumbersAreRefused() throws {
        #expect(try #require(EmotibitLine("1,2,1,EA,1,100,nan")).numbers == nil)
        #expect(try #require(EmotibitLine("1,2,1,EA,1,100,")).numbers == nil)
    }

    /// Ten datagrams a second with two kinds in each, whose rates give no whole number in one.
    private static func lines(_ count: Int) -> [(datagram: Int, line: EmotibitLine, rate: Double)] {
        var found: [(datagram: Int, line: EmotibitLine, rate: Double)] = []
        var packet: Int64 = 65_500
        for datagram in 1...count {
            for (tag, rate) in [("EA", 15.0), ("PG", 25.0)] {
                let size = Int(Double(datagram) * rate / 10) - Int(Double(datagram - 1) * rate / 10)
                let values = (0..<size).map(String.init).joined(separator: ",")
                let text = "\(datagram * 100),\(packet),\(size),\(tag),1,100,\(values)"
                if let line = EmotibitLine(text) { found.append((datagram, line, rate)) }
                packet = (packet + 1) & 0xFFFF
            }
        }
        return found
    }

    @Test(arguments: [[20], [21], [30, 31], [40, 42], Array(50..<75)])
    func lostDatagramsAreCountedExactly(lost: [Int]) {
        var counter = EmotibitCounter()
        var missing: [String: Int64] = [:]
        var truth: [String: Int64] = [:]
        for (datagram, line, rate) in Self.lines(200) {
            if lost.contains(datagram) {
                truth[line.tag, default: 0] += Int64(line.payload.count)
                continue
            }
            switch counter.take(line, rate: rate, count: line.payload.count) {
            case .nothing: break
            case .missing(let count): missing[line.tag, default: 0] += count
            default: Issue.record("\(line) gave something else")
            }
        }
        #expect(missing == truth)
        #expect(counter.lostLines == Int64(2 * lost.count))
    }

    @Test func anEmotibitThatBeginsAnewIsTold() throws {
        var counter = EmotibitCounter()
        _ = counter.take(
            try #require(EmotibitLine("90000,17,1,EA,1,100,1")), rate: 15, count: 1)
        let first = try #require(EmotibitLine("300,0,1,EA,1,100,1"))
        #expect(counter.take(first, rate: 15, count: 1) == .restarted)
        let second = try #require(EmotibitLine("367,1,1,EA,1,100,1"))
        #expect(counter.take(second, rate: 15, count: 1) == .nothing)
    }

    @Test func anOvertakenLineIsLate() throws {
        var counter = EmotibitCounter()
        for text in ["100,1,1,HR,1,100,60", "1100,3,1,HR,1,100,61"] {
            _ = counter.take(try #require(EmotibitLine(text)), rate: nil, count: 1)
        }
        let late = try #require(EmotibitLine("600,2,1,HR,1,100,60"))
        #expect(counter.take(late, rate: nil, count: 1) == .late)
    }

    @Test func kindsWithoutARateSaySoWhereSomethingIsMissing() throws {
        var counter = EmotibitCounter()
        _ = counter.take(try #require(EmotibitLine("100,1,1,HR,1,100,60")), rate: nil, count: 1)
        let next = try #require(EmotibitLine("1100,3,1,HR,1,100,61"))
        #expect(counter.take(next, rate: nil, count: 1) == .unknown)
    }
}
