import Link
import TestSupport
import Testing

@testable import NetworkSensors

/// How the daemon is asked.
@Suite struct DaemonCallerTests {
    private let directory: TemporaryDirectory
    private let path: String
    private let caller: DaemonCaller

    init() throws {
        directory = try TemporaryDirectory("caller")
        path = directory.file("daemon.sock")
        caller = DaemonCaller(socket: path)
    }

    /// The number of the connection that a question came on.
    private func ask(refused: Bool = false) throws(ClientError) -> Int {
        try caller.call(CountingService.Ask.self, .init(refused: refused)).connection
    }

    @Test func allQuestionsAreOfOneConnectionUntilItIsGivenUp() throws {
        let service = try CountingService(path: path)
        defer { service.stop() }
        #expect(try ask() == 1)
        #expect(try ask() == 1)
        caller.drop()
        #expect(try ask() == 2)
        #expect(try ask() == 2)
    }

    @Test func afterAFailureThereIsANewConnection() throws {
        let service = try CountingService(path: path)
        defer { service.stop() }
        #expect(try ask() == 1)
        #expect(throws: ClientError.self) { try ask(refused: true) }
        #expect(try ask() == 2)
    }

    @Test func aDaemonThatStartsAnewIsFoundAtTheNextQuestion() throws {
        #expect(throws: ClientError.self) { try ask() }
        let first = try CountingService(path: path)
        #expect(try ask() == 1)
        first.stop()
        #expect(throws: ClientError.self) { try ask() }
        let second = try CountingService(path: path)
        defer { second.stop() }
        #expect(try ask() == 1)
    }
}
