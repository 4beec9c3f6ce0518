import Foundation
import Link
import StudyProtocol
import Synchronization
import SystemCalls
import TestSupport
import Testing

@testable import SimulatedClient

/// Many transfers, their cancelling, TLS and proxies.
@Suite struct ModelTransportTests {
    @Test func fiftyChatsOnOneThread() async throws {
        let server = try StandInServer()
        let before = try threads()
        let transport = try ModelTransport()
        let texts = try await withThrowingTaskGroup(of: String?.self) { group in
            for number in 0..<50 {
                group.addTask {
                    let test = try TestModel(
                        "late-head:1000+pause:5#\(number)", server: server, transport: transport)
                    let pieces = Pieces()
                    let exchange = await test.model.run(
                        TestModel.request("Number \(number)")
                    ) { pieces.add($0) }
                    #expect(exchange.attempts.count == 1)
                    return exchange.text == pieces.whole ? exchange.text : nil
                }
            }
            var texts: [String] = []
            for try await text in group { texts.append(try #require(text)) }
            return texts
        }
        #expect(texts.count == 50)
        let most = try await server.seen()["most_running"]?.integer ?? 0
        #expect(most >= 30)
        #expect(transport.runningTransfers == 0)
        #expect(try threads() <= before + 1)
    }

    /// How many threads of this process carry transfers.
    private func threads() throws -> Int {
        try FileSystem.list("/proc/self/task").count {
            (try? FileSystem.readText("/proc/self/task/\($0)/comm"))?.hasPrefix("models") == true
        }
    }

    @Test func cancellingFreesTheTransfer() async throws {
        let server = try StandInServer()
        for behaviour in ["stall#c", "stall-head#c", "pause:20#c"] {
            let test = try TestModel(behaviour, server: server)
            let broken = try await server.seen()["broken"]?.integer ?? 0
            let begun = Pieces()
            let task = Task {
                await test.model.run(TestModel.request()) { begun.add($0) }
            }
            try await eventually("the server has the request") {
                try await !server.requests(for: behaviour).isEmpty
            }
            if !behaviour.hasPrefix("stall-head") {
                try await eventually("it has begun to answer") { !begun.texts.isEmpty }
            }
            task.cancel()
            let exchange = await task.value
            #expect(exchange.failure?.code == .cancelled)
            #expect(exchange.text == nil)
            #expect(exchange.attempts.count == 1)
            try await eventually("the transfer is gone") { test.transport.runningTransfers == 0 }
            try await eventually("the server knows") {
                try await server.seen()["broken"]?.integer ?? 0 > broken
            }
        }
    }

    @Test func cancellingWhileWaitingEndsAtOnce() async throws {
        let test = try TestModel("500#waiting")
        let model = try OpenAIModel(
            plan: ModelPlan(url: test.server.base, name: "500#waiting"),
            credential: nil as ModelCredential?, transport: test.transport, budget: test.budget,
            surroundings: ModelSurroundings(wait: { _ in try await Task.sleep(for: .seconds(600)) })
        )
        let task = Task { await model.run(TestModel.request()) }
        try await eventually("it failed once") {
            try await !test.server.requests(for: "500#waiting").isEmpty
        }
        task.cancel()
        #expect(await task.value.failure?.code == .cancelled)
        // A task that is cancelled already sends nothing.
        let none = Task {
            try? await Task.sleep(for: .seconds(600))
            return await test.ask("never")
        }
        none.cancel()
        let exchange = await none.value
        #expect(exchange.failure?.code == .cancelled)
        #expect(exchange.request.isEmpty)
    }

    @Test func closingEndsEverything() async throws {
        let test = try TestModel("stall-head#closing") { $0.retries = 0 }
        let task = Task { await test.ask() }
        try await eventually("the server has the request") {
            try await !test.server.requests(for: "stall-head#closing").isEmpty
        }
        test.transport.close()
        #expect(await task.value.failure?.code == .cancelled)
        #expect(await test.ask().failure?.code == .cancelled)
        test.transport.close()
    }

    @Test func tlsIsCheckedAgainstTheGivenAuthority() async throws {
        let directory = try TemporaryDirectory("models-tls")
        try openssl([
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
            "-keyout", directory.file("ca.key"), "-out", directory.file("ca.pem"), "-days", "2",
            "-subj", "/CN=Test Authority", "-addext", "basicConstraints=critical,CA:TRUE",
        ])
        try openssl([
            "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
            "-keyout", directory.file("server.key"), "-out", directory.file("server.csr"),
            "-subj", "/CN=localhost",
        ])
        try Data("subjectAltName=DNS:localhost,IP:127.0.0.1".utf8)
            .write(to: URL(fileURLWithPath: directory.file("names")))
        try openssl([
            "x509", "-req", "-in", directory.file("server.csr"), "-CA", directory.file("ca.pem"),
            "-CAkey", directory.file("ca.key"), "-CAcreateserial", "-days", "2", "-extfile",
            directory.file("names"), "-out", directory.file("server.pem"),
        ])
        let server = try StandInServer(
            [
                "--certificate", directory.file("server.pem"), "--private-key",
                directory.file("server.key"),
            ], proxy: true)
        let trusted = try TestModel("ok#tls", server: server) {
            $0.url = "https://localhost:\(server.port)/v1"
            $0.caFile = directory.file("ca.pem")
        }
        #expect(await trusted.ask().text != nil)
        // Without the authority, and under a name that the certificate does not have.
        let unknown = try TestModel("ok#tls", server: server) {
            $0.url = "https://localhost:\(server.port)/v1"
        }
        let exchange = await unknown.ask()
        #expect(exchange.failure?.code == .tls)
        #expect(exchange.failure?.message.contains("caFile") == true)
        #expect(exchange.attempts.count == 1)
        let other = try TestModel("ok#tls", server: server) {
            $0.url = "https://127.0.0.2:\(server.port)/v1"
            $0.caFile = directory.file("ca.pem")
        }
        #expect(await other.ask().failure != nil)
        // Through a proxy's tunnel, which must not see the key.
        let tunnel = try TestModel("ok#tunnel", server: server) {
            $0.url = "https://localhost:\(server.port)/v1"
            $0.caFile = directory.file("ca.pem")
            $0.proxy = "http://127.0.0.1:\(server.proxyPort ?? 0)"
        }
        let through = await tunnel.ask()
        #expect(through.text != nil)
        #expect(through.attempts.first?.status == 200)
    }

    private func openssl(_ arguments: [String]) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["openssl"] + arguments
        process.standardError = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
    }

    @Test func proxiesAreUsedWhereTheProtocolNamesThem() async throws {
        let server = try StandInServer(proxy: true)
        let test = try TestModel("ok#proxy", server: server) {
            $0.proxy = "http://127.0.0.1:\(server.proxyPort ?? 0)"
        }
        #expect(await test.ask().text != nil)
        let connects = try await server.seen()["connects"]?.array ?? []
        #expect(connects.count == 1)
        #expect(connects.first?["line"]?.string?.hasPrefix("POST http://127.0.0.1") == true)
        let elsewhere = try TestModel("ok#proxy", server: server) {
            $0.url = "https://model.invalid/v1"
            $0.proxy = "http://127.0.0.1:\(server.proxyPort ?? 0)"
            $0.retries = 0
        }
        let refused = await elsewhere.ask()
        #expect(refused.failure?.code == .proxy)
        let tunnel = try await server.seen()["connects"]?.array?.last
        #expect(tunnel?["line"]?.string?.hasPrefix("CONNECT model.invalid:443") == true)
        #expect(tunnel?["has_key"] == false)
        let nowhere = try TestModel("ok#proxy", server: server) {
            $0.proxy = "http://127.0.0.1:1"
            $0.retries = 0
        }
        #expect(await nowhere.ask().failure?.code == .connection)
    }
}
