import Link
import Testing

@testable import Console

/// Alarms stay until somebody has seen them.
@Suite struct AlarmBoardTests {
    private func alarm(
        _ code: String, since: Int64 = 1, severity: Alarm.Severity = .warning,
        acknowledged: Bool = false
    ) -> Alarm {
        Alarm(
            code: code, text: code, severity: severity, sinceNs: since, session: "s",
            acknowledged: acknowledged)
    }

    @Test func whatIsOverStaysUntilItIsSeen() {
        var board = AlarmBoard()
        board.take([alarm("silent")], nowNs: 5)
        board.take([], nowNs: 9)
        #expect(board.told.map(\.overNs) == [9])
        #expect(board.told.first?.isOpen == true)
        board.take([], nowNs: 12)
        #expect(board.told.map(\.overNs) == [9])
        // Only what is over is the board's own to take off.
        let isOther = board.dismiss(session: "s", alarm: "other")
        let isDismissed = board.dismiss(session: "s", alarm: "silent")
        #expect(!isOther && isDismissed)
        #expect(board.told.isEmpty)
    }

    @Test func whatLastsIsTheDaemonsToAcknowledge() {
        var board = AlarmBoard()
        board.take([alarm("silent")], nowNs: 5)
        let isDismissed = board.dismiss(session: "s", alarm: "silent")
        #expect(!isDismissed)
        board.take([alarm("silent", acknowledged: true)], nowNs: 6)
        #expect(board.told.map(\.isOpen) == [false])
        board.take([], nowNs: 7)
        #expect(board.told.isEmpty)
    }

    @Test func raisedAgainItIsCounted() {
        var board = AlarmBoard()
        board.take([alarm("silent", since: 1)], nowNs: 2)
        board.take([], nowNs: 3)
        board.take([alarm("silent", since: 4)], nowNs: 5)
        #expect(board.told.map(\.times) == [2])
        #expect(board.told.first?.overNs == nil)
    }

    @Test func noticesGoByThemselvesAndNewestComesFirst() {
        var board = AlarmBoard()
        board.take(
            [
                alarm("old", since: 1), alarm("new", since: 3),
                alarm("seen", since: 9, acknowledged: true),
                alarm("notice", since: 2, severity: .notice),
            ], nowNs: 10)
        #expect(board.told.map(\.alarm.code) == ["new", "notice", "old", "seen"])
        board.take([], nowNs: 11)
        #expect(board.told.map(\.alarm.code) == ["new", "old"])
    }

    @Test func manyThatAreOverDoNotFillTheMemory() {
        var board = AlarmBoard()
        for number in 0..<(AlarmBoard.most * 3) {
            board.take([alarm("a\(number)", since: Int64(number))], nowNs: Int64(number))
        }
        #expect(board.told.count <= AlarmBoard.most + 1)
        #expect(board.told.first?.alarm.code == "a\(AlarmBoard.most * 3 - 1)")
    }
}
