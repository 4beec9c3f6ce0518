import Foundation
import Logging
import TestSupport
import Testing

@testable import Console

@Suite struct AccountTests {
    @Test func accountsAreKeptByTheirRules() throws {
        var book = AccountBook()
        try book.add("maria", roles: [.expert, .operator], hash: "h", now: 5)
        #expect(book.account("maria")?.roles == [.operator, .expert])
        let before = try #require(book.account("maria")?.generation)
        // Nor one that differs in capitals alone.
        for name in ["maria", "Maria"] {
            #expect(throws: ConsoleError.self) {
                try book.add(name, roles: [.expert], hash: "h", now: 5)
            }
        }
        try book.setRoles([.researcher], of: "maria", now: 7)
        #expect(book.account("maria")?.generation == before)
        try book.setPassword(hash: "i", of: "maria", now: 9)
        #expect(book.account("maria")?.generation != before)
        #expect(book.account("maria")?.changedUtcMs == 9)
        try book.remove("maria")
        #expect(throws: ConsoleError.self) { try book.remove("maria") }
        #expect(throws: ConsoleError.self) { try book.setRoles([.expert], of: "maria", now: 1) }
    }

    @Test(arguments: [
        "", "lab", "Lab", "participant", "signals", "a b", "a/b", "<b>", "9a", "ä", "a\n", "-a",
    ])
    func namesThatCannotStandInFilesAreRefused(name: String) {
        #expect(throws: ConsoleError.self) { try AccountBook.check(name: name) }
    }

    @Test func accountsNeedARoleAndParticipantsNeedNone() {
        var book = AccountBook()
        for roles: [Role] in [[], [.participant], [.expert, .participant]] {
            #expect(throws: ConsoleError.self) {
                try book.add("x", roles: roles, hash: "h", now: 0)
            }
        }
        #expect(book.accounts.isEmpty)
    }

    @Test(arguments: ["", "short", "aaaaaaaaaaaa", "Maria.Schulz"])
    func passwordsThatAreGuessedAreRefused(password: String) {
        #expect(throws: ConsoleError.self) {
            try AccountBook.check(password: password, name: "maria.schulz")
        }
    }

    /// Whoever may not read the accounts must not be told that there are none.
    @Test func accountsThatCannotBeReadAreNotTakenForNone() throws {
        let directory = try TemporaryDirectory("accounts")
        #expect(try AccessFiles(directory: directory.file("state")).accounts.accounts.isEmpty)
        try "".write(toFile: directory.file("file"), atomically: true, encoding: .utf8)
        let file = StateFile(path: directory.file("file") + "/accounts.json", empty: AccountBook())
        #expect(throws: ConsoleError.self) { try file.read() }
        // Nor does a console serve with accounts that it cannot read.
        let accounts = directory.file("state") + "/accounts.json"
        try "no JSON".write(toFile: accounts, atomically: true, encoding: .utf8)
        let error = #expect(throws: ConsoleError.self) {
            try Gate(
                directory: directory.file("state"), isSecure: false, log: Logger(label: "accounts"))
        }
        #expect(error?.message.contains(accounts) == true)
    }

    @Test func passwordsAreKeptAsArgon2Hashes() throws {
        try AccountBook.check(password: "tram number seven", name: "maria")
        let hash = try Password.hash("tram number seven")
        #expect(hash.hasPrefix("$argon2id$v=19$m=65536,t=2,p=1$"))
        #expect(Password.fits("tram number seven", hash: hash))
        #expect(!Password.fits("tram number eight", hash: hash))
        // A zero within is a character as any other.
        #expect(!Password.fits("tram number seven\0", hash: hash))
        #expect(!Password.fits("tram number seven", hash: "no hash"))
        #expect(try Password.hash("tram number seven") != hash)
    }
}
