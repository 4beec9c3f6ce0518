import Foundation
import NIOCore
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

    @Test(arguments: [
        ("https://lab.example.org", true, true), ("https://lab.example.org:444/", true, true),
        ("https://lab.example.org/console", true, false), ("https://", false, false),
        ("https:///x", false, false), ("ftp://x", false, false), ("https://a b", false, false),
    ])
    func linksBeginWithAnAddress(text: String, isOne: Bool, isWhole: Bool) throws {
        let problem = WebChoice(publicURL: text).problems.first
        #expect((problem == nil) == isOne)
        #expect(isOne || problem?.message.contains("'\(text)'") == true)
        let place = WebPlace(address: try #require(ListenAddress("1")), publicURL: text)
        #expect(!isOne || place.isWholeHost == isWhole)
    }

    /// What is wrong with a certificate is said of the file that is wrong.
    @Test func certificatesThatCannotBeUsedAreNamed() throws {
        let directory = try TemporaryDirectory("certificates")
        let one = try SelfSigned.certificate(for: "a.example", in: directory.file("s"))
        let other = try SelfSigned.certificate(for: "b.example", in: directory.file("s"))
        // The same as long as it is good.
        let before = try SelfSigned.fingerprint(one)
        #expect(try SelfSigned.certificate(for: "a.example", in: directory.file("s")) == one)
        #expect(try SelfSigned.fingerprint(one) == before)
        _ = try WebServer.configuration(one)
        let junk = directory.file("junk.pem")
        try "junk".write(toFile: junk, atomically: true, encoding: .utf8)
        let none = directory.file("none.pem")
        for (certificate, key, words) in [
            (one.certificatePath, other.keyPath, "does not fit"),
            (one.certificatePath, junk, "The key \(junk)"),
            (junk, one.keyPath, "The certificate \(junk)"),
            (none, one.keyPath, "No such file"), (one.certificatePath, none, "No such file"),
        ] {
            let error = #expect(throws: WebError.self) {
                try WebServer.configuration(WebTLS(certificatePath: certificate, keyPath: key))
            }
            #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
        }
        // One that is over is made anew.
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [
            "openssl", "req", "-x509", "-key", one.keyPath, "-days", "3", "-subj", "/CN=x", "-out",
            one.certificatePath,
        ]
        try process.run()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        let short = try SelfSigned.fingerprint(one)
        _ = try SelfSigned.certificate(for: "a.example", in: directory.file("s"))
        #expect(try SelfSigned.fingerprint(one) != short)
    }

    /// Where another program serves, a later start may succeed: that is no mistake of the settings.
    @Test func addressesThatAreTakenAreToldSo() throws {
        let place = WebPlace(address: try #require(ListenAddress("127.0.0.1:8080")))
        for (number, code) in [
            (EADDRINUSE, WebError.Code.taken), (EADDRNOTAVAIL, .taken), (EACCES, .address),
        ] {
            let error = WebServer.explained(IOError(errnoCode: number, reason: "bind"), at: place)
            let told = try #require(error as? WebError)
            #expect(told.code == code && told.message.contains("--listen"))
            #expect(!told.message.contains("errno"))
        }
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
