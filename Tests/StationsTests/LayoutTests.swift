import SessionStore
import Testing

@testable import Stations

/// What a place holds, also where somebody wrote into it who means harm.
@Suite struct LayoutTests {
    private static let hash = String(repeating: "ab", count: 32)

    private func manifest() -> SessionManifest {
        SessionManifest(
            study: "pilot", session: "s-1", participant: "P01", kind: .chat, pilot: false,
            station: "lab", startedRealtimeNs: MadeUpStation.started(0), finishedRealtimeNs: 5,
            changes: [],
            files: [
                SessionManifest.File(
                    part: .session, size: 10 << 20, sha256: Self.hash, partSize: 8 << 20,
                    parts: [Self.hash, Self.hash])
            ], pushedBy: "lab", pushedRealtimeNs: 6)
    }

    private func refuses(_ change: (inout SessionManifest) -> Void) -> Bool {
        var changed = manifest()
        change(&changed)
        do {
            let bytes = try PlaceJSON.write(changed)
            _ = try SessionManifest.read(bytes, study: "pilot", session: "s-1")
            return false
        } catch {
            return true
        }
    }

    @Test func aManifestComesBackAsItWas() throws {
        let made = manifest()
        let bytes = try PlaceJSON.write(made)
        #expect(try SessionManifest.read(bytes, study: "pilot", session: "s-1") == made)
        #expect(String(decoding: bytes, as: UTF8.self).contains("\"part_size\" : 8388608"))
        #expect(made.stem == "20261121T093000Z-chat")
        #expect(
            made.key(made.files[0])
                == "pilot/files/P01/20261121T093000Z-chat.abababababab.attune")
    }

    @Test func noManifestLeadsElsewhere() {
        #expect(!refuses { _ in })
        for code in ["../P01", "P01/..", "", ".", "..", "a/b", "-P", "P 1", "P\n", "/etc", "ä"] {
            #expect(refuses { $0.participant = code }, "\(code)")
            #expect(refuses { $0.session = code }, "\(code)")
            #expect(refuses { $0.study = code }, "\(code)")
        }
        for hash in [
            "", "AB" + Self.hash.dropFirst(2), "../" + Self.hash.dropFirst(3), Self.hash + "a",
        ] {
            #expect(refuses { $0.files[0].sha256 = hash }, "\(hash)")
            #expect(refuses { $0.files[0].parts[1] = hash }, "\(hash)")
        }
        #expect(refuses { $0.version = 2 })
        #expect(refuses { $0.format = "other" })
        #expect(refuses { $0.startedRealtimeNs = -1 })
        #expect(refuses { $0.files = [] })
        #expect(refuses { $0.files += $0.files })
        #expect(refuses { $0.files[0].part = .review })
        #expect(refuses { $0.files[0].size = -1 })
        #expect(refuses { $0.files[0].size = .max })
        #expect(refuses { $0.files[0].partSize = 0 })
        #expect(refuses { $0.files[0].partSize = 1 << 40 })
        #expect(refuses { $0.files[0].parts.removeLast() })
        #expect(refuses { $0.files[0].parts.append(Self.hash) })
    }

    @Test(arguments: ["", "[]", "{}", "{\"format\": 5}", "nul", "{\"version\":1e99}"])
    func whatIsNoManifestIsRefused(text: String) {
        #expect(throws: StationsError.self) {
            try SessionManifest.read(Array(text.utf8), study: "pilot", session: "s-1")
        }
        #expect(throws: StationsError.self) {
            try StationLedger.read(Array(text.utf8), study: "pilot", name: "lab")
        }
    }

    @Test func namesAreNamesOfFiles() {
        for key in [
            "../x", "a/../b", "/a", "a//b", "a/", "", "a/.b", "a/./b", "a\\b", "a/b c", "a\0",
            "a/b/c/d/e/f/g/h/i", "~/x", "a/é",
        ] {
            #expect(!PlaceKey.isSafe(key), "\(key)")
        }
        #expect(PlaceKey.isSafe("pilot/files/P01/20261121T093000Z-chat.abababababab.quality.html"))
        #expect(PlaceKey.name("pilot/sessions/s-1.json", below: "pilot/sessions/") == "s-1")
        for key in [
            "pilot/sessions/../x.json", "pilot/sessions/a/b.json", "pilot/sessions/.json",
            "pilot/sessions/s-1", "other/sessions/s-1.json",
        ] {
            #expect(PlaceKey.name(key, below: "pilot/sessions/") == nil, "\(key)")
        }
    }

    @Test func stationsOfOneNameAreToldApart() {
        let first = StationName("Lab A/../é", machine: "1")
        let second = StationName("Lab A/../é", machine: "2")
        #expect(first.file != second.file && first.name == second.name)
        for name in [first, second, StationName("", machine: ""), StationName("...", machine: "")] {
            #expect(PlaceKey.isPlain(name.file) && !name.file.contains(".."), "\(name.file)")
        }
        #expect(StationName("lab", machine: "secret machine id").file.contains("secret") == false)
    }

    @Test func whatOneStationSaysIsRepeated() throws {
        let one = StationLedger.Withdrawal(
            session: "s-1", participant: "P01", scope: "all", realtimeNs: 5, station: "a")
        var later = one
        later.realtimeNs = 9
        later.station = "b"
        var tier = one
        tier.scope = "audio"
        tier.auditRow = "row"
        let all = Withdrawals([later, tier, one])
        #expect(all.all.count == 2 && all.all.contains(one) && !all.all.contains(later))
        #expect(Withdrawals([one, later, tier]) == all)
        let ledger = StationLedger(
            study: "pilot", station: "b", realtimeNs: 1, withdrawals: all.all, holdings: [])
        let read = try StationLedger.read(
            PlaceJSON.write(ledger), study: "pilot", name: "b")
        #expect(read == ledger)
        var other = read
        other.realtimeNs = 7
        #expect(read.says(as: other))
        other.withdrawals = []
        #expect(!read.says(as: other))
        #expect(throws: StationsError.self) {
            try StationLedger.read(PlaceJSON.write(ledger), study: "other", name: "b")
        }
    }
}
