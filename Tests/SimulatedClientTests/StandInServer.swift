import Foundation
import Link
import Synchronization

@testable import SimulatedClient

/// The stand-in for a language model's server, as a process that ends with this value (or with the
/// tests, whose end closes its standard input).
final class StandInServer: Sendable {
    let port: Int
    let proxyPort: Int?
    private let process: Mutex<Process>
    private let input: Pipe

    /// One for all tests that need no settings of their own.
    static let shared = Result { try StandInServer() }

    init(_ arguments: [String] = [], proxy: Bool = false) throws {
        let root = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments =
            [
                "python3", root.joined(separator: "/") + "/Tests/Integration/model_server.py",
                "--with-parent",
            ] + arguments + (proxy ? ["--proxy"] : [])
        input = Pipe()
        let output = Pipe()
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        var text = ""
        while text.split(separator: "\n").count < (proxy ? 2 : 1) || !text.hasSuffix("\n") {
            let data = output.fileHandleForReading.availableData
            if data.isEmpty { throw Failure(text: "the stand-in server did not start: \(text)") }
            text += String(decoding: data, as: UTF8.self)
        }
        func number(_ name: String) -> Int? {
            let line = text.split(separator: "\n").first { $0.hasPrefix(name + " ") }
            return line.flatMap { Int($0.dropFirst(name.count + 1)) }
        }
        guard let port = number("port") else { throw Failure(text: text) }
        self.port = port
        proxyPort = number("proxy")
        self.process = Mutex(process)
    }

    deinit {
        try? input.fileHandleForWriting.close()
        process.withLock { process in
            process.terminate()
            process.waitUntilExit()
        }
    }

    struct Failure: Error { var text: String }

    var base: String { "http://127.0.0.1:\(port)/v1" }

    /// What the server saw so far.
    func seen() async throws -> JSONValue {
        let transport = try ModelTransport()
        let request = TransferRequest(
            url: "http://127.0.0.1:\(port)/control", headers: [], body: Array("{}".utf8),
            proxy: nil, caFile: nil, limits: TransferLimits())
        var bytes: [UInt8] = []
        for await event in transport.start(request).events {
            if case .piece(let piece, _) = event { bytes += piece }
        }
        return try JSONValue(parsing: bytes[...])
    }

    /// The requests that were made for a model's name, in order.
    func requests(for model: String) async throws -> [JSONValue] {
        (try await seen()["requests"]?.array ?? []).filter { $0["model"]?.string == model }
    }
}
