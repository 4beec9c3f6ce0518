import Foundation
import TestSupport
import Testing
import Timebase

@testable import Web

@Suite struct ServingTests {
    @Test(arguments: [
        ("127.0.0.1:8090", "127.0.0.1", 8090, true), ("[::1]:0", "::1", 0, true),
        ("localhost:1", "localhost", 1, true), ("8090", "127.0.0.1", 8090, true),
        ("0.0.0.0:80", "0.0.0.0", 80, false),
        ("127.0.0.1.example.org:1", "127.0.0.1.example.org", 1, false),
        ("lab.example.org:443", "lab.example.org", 443, false),
    ])
    func addressesAreRead(text: String, host: String, port: Int, isLoopback: Bool) throws {
        let address = try #require(ListenAddress(text))
        #expect(address.host == host)
        #expect(address.port == port)
        #expect(address.isLoopback == isLoopback)
    }

    @Test(arguments: ["", ":", "a:", "a:b", "::1:80", "a:70000", "a:-1", ":80"])
    func whatIsNoneIsRefused(text: String) {
        #expect(ListenAddress(text) == nil)
    }

    @Test func othersThanThisMachineNeedTLS() throws {
        func place(_ address: String, tls: WebTLS?) throws -> WebPlace {
            WebPlace(address: try #require(ListenAddress(address)), tls: tls)
        }
        let tls = WebTLS(certificatePath: "c", keyPath: "k")
        try place("127.0.0.1:1", tls: nil).check()
        try place("0.0.0.0:1", tls: tls).check()
        let open = try place("0.0.0.0:1", tls: nil)
        let error = #expect(throws: WebError.self) { try open.check() }
        #expect(error?.message.contains("--tls-self-signed") == true)
    }

    @Test func filesOfThePageAloneAreGivenOut() throws {
        let directory = try TemporaryDirectory("page")
        let folder = directory.file("page")
        try FileManager.default.createDirectory(
            atPath: folder + "/texts", withIntermediateDirectories: true)
        for name in ["page/app.js", "page/texts/en.js", "page/secret", "page/.hidden.js", "out.js"]
        {
            try "x".write(toFile: directory.file(name), atomically: true, encoding: .utf8)
        }
        try FileManager.default.createSymbolicLink(
            atPath: folder + "/link.js", withDestinationPath: directory.file("out.js"))
        let files = PageFiles(directory: folder)
        #expect(files.file("app.js")?.type == "text/javascript; charset=utf-8")
        #expect(files.file("texts/en.js") != nil)
        for path in [
            "", ".", "..", "../out.js", "texts/../../out.js", "texts", "secret", ".hidden.js",
            "link.js", "/app.js", "app.js/", "texts//en.js", "app.js\0", "none.js",
        ] {
            #expect(files.file(path) == nil, "\(path.debugDescription)")
        }
        let tag = files.file("app.js")?.tag
        try "y".write(toFile: folder + "/app.js", atomically: true, encoding: .utf8)
        #expect(files.file("app.js")?.tag != tag)
    }

    @Test func whoAsksTooOftenHasToWait() {
        var limit = RateLimit(perSecond: 2, burst: 3)
        let start = Instant(nanoseconds: 0)
        // The last two: nothing was spent meanwhile, and a clock that seems to go back gives nothing.
        let moments: [Int64] = [0, 0, 0, 0, 400_000_000, 600_000_000, 600_000_000, 0]
        let taken = moments.map { limit.take(at: start + $0) }
        #expect(taken == [true, true, true, false, false, true, false, false])
    }
}
