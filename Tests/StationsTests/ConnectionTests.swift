import Glibc
import SystemCalls
import Testing

@testable import Stations

/// A connection to a store that does not answer, or sends one elsewhere.
@Suite struct ConnectionTests {
    /// A socket of this machine that takes calls and says nothing, or that takes none.
    private final class Silence {
        let port: UInt16
        private let number: Int32

        init(takesCalls: Bool) throws {
            number = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            try #require(number >= 0)
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
            var length = socklen_t(MemoryLayout<sockaddr_in>.size)
            let own = number
            // The kernel is given the address and its length, and writes no more than that.
            let result = unsafe withUnsafeMutablePointer(to: &address) { pointer in
                unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                    unsafe bind(own, pointer, length) == 0
                        && getsockname(own, pointer, &length) == 0
                }
            }
            try #require(result)
            if takesCalls { try #require(listen(number, 5) == 0) }
            port = UInt16(bigEndian: address.sin_port)
        }

        /// Answers the first call in a thread, whatever it asks, and takes no other.
        func answer(_ text: String) throws -> DedicatedThread {
            let own = number
            return try DedicatedThread(name: "answer") {
                let call = FileDescriptor(owning: accept(own, nil, nil))
                var request = [UInt8](repeating: 0, count: 16 << 10)
                let count = request.count
                // No more is written than there is room for.
                guard unsafe read(call.number, &request, count) > 0 else { return }
                try? FileSystem.writeAll(Array(text.utf8), to: call.number)
            }
        }

        deinit { close(number) }
    }

    private func connection(_ port: UInt16) throws -> S3Connection {
        try S3Connection(
            S3Endpoint(endpoint: "http://127.0.0.1:\(port)", bucket: "bucket", region: "eu-1"),
            S3Credentials(identifier: "KEY", secret: "word", token: nil), certificates: nil,
            patience: .init(forConnection: 2, forMovement: 2))
    }

    private func failure(_ connection: S3Connection) throws -> TransferFailure {
        let outcome = connection.perform(S3Request(method: "GET", key: "k"))
        guard case .failure(let failure) = outcome else {
            throw StationsError(.strange, "somebody answered")
        }
        return failure
    }

    /// Without an end it would wait for as long as the other side keeps the connection.
    @Test(.timeLimit(.minutes(1))) func whoSaysNothingIsNotWaitedForWithoutEnd() throws {
        let silence = try Silence(takesCalls: true)
        let began = ContinuousClock.now
        let told = try failure(connection(silence.port))
        #expect(told.isPassing && !told.isAway && !told.isUntrusted, "\(told.words)")
        #expect(ContinuousClock.now - began >= .seconds(1))
        withExtendedLifetime(silence) {}
    }

    /// What is signed for one store is not carried to another.
    @Test(.timeLimit(.minutes(1))) func whoIsSentElsewhereDoesNotGo() throws {
        let silence = try Silence(takesCalls: true)
        let answering = try silence.answer(
            "HTTP/1.1 307 Temporary Redirect\r\nLocation: http://127.0.0.1:\(silence.port)/other\r\n"
                + "Content-Length: 0\r\nConnection: close\r\n\r\n")
        let outcome = try connection(silence.port).perform(S3Request(method: "GET", key: "k"))
        answering.join()
        guard case .success(let answer) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(answer.status == 307)
        withExtendedLifetime(silence) {}
    }

    @Test func nobodyIsThere() throws {
        let silence = try Silence(takesCalls: false)
        let told = try failure(connection(silence.port))
        #expect(told.isPassing && told.isAway && !told.isTooLong, "\(told.words)")
        withExtendedLifetime(silence) {}
    }
}
