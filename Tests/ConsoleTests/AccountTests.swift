import Testing

@testable import Console

@Suite struct AccountTests {
    @Test func accountsAreKeptByTheirRules() throws {
        var book = AccountBook()
        try book.add("maria", roles: [.expert, .operator], hash: "h", now: 5)
        #expect(book.account("maria")?.roles == [.operator, .expert])
        let before = try #require(book.account("maria")?.generation)
        #expect(throws: ConsoleError.self) {
            try book.add("maria", roles: [.expert], hash: "h", now: 5)
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

    @Test(arguments: ["", "lab", "participant", "a b", "a/b", "<b>", "9a", "ä", "a\n", "-a"])
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
