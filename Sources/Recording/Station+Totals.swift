import Link

/// What is told of the daemon's whole life: for those who watch stations from afar.
extension Station {
    /// What streams gave, without codes of participants: a program may have named its signals after one.
    func streamTotals() -> [StreamTotals] {
        let codes = recordedCodes.union(sessions.values.map(\.description.participant))
        let own = Set(devices.values.map(\.name))
        return board.read().totals.map { totals in
            // Devices are named by the station's settings and profiles.
            guard !own.contains(totals.source) else { return totals }
            var told = totals
            told.source = Self.withholding(codes, from: totals.source)
            told.stream = Self.withholding(codes, from: totals.stream)
            return told
        }
    }

    /// A name with 'withheld' for each of its words that is one of the codes, or holds one of three letters or more,
    /// as `P01EEG` does; whatever the capitals.
    static func withholding(_ codes: Set<String>, from name: String) -> String {
        let codes = Set(codes.map { $0.lowercased() })
        var told = ""
        var word = ""
        func endWord() {
            let small = word.lowercased()
            let isTold = codes.contains { $0 == small || $0.count >= 3 && small.contains($0) }
            told += isTold ? "withheld" : word
            word = ""
        }
        for letter in name {
            if letter.isLetter || letter.isNumber {
                word.append(letter)
            } else {
                endWord()
                told.append(letter)
            }
        }
        endWord()
        // A code of several words, such as A-01.
        for code in codes where code.contains(where: { !$0.isLetter && !$0.isNumber }) {
            guard told.lowercased().contains(code) else { continue }
            return "withheld"
        }
        return told
    }

    func linkInformation() -> LinkInfo {
        let clients = sessions.values.flatMap(\.clients.values)
        return LinkInfo(
            clients: clients.count, connected: clients.count { $0.connection != nil },
            waiting: clients.reduce(0) { $0 + max(0, $1.taken - $1.durable) }, missed: missedPieces)
    }
}
