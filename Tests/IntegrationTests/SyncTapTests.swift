import Foundation
import Glibc
import Link
import Testing

extension IntegrationTests {
    /// The sync test with a real daemon, keyboard and chat.
    @Suite struct SyncTapTests {
        @Test func keysAndDraftsAreComparedLive() throws {
            let station = try StationProcess()
            let pipe = try station.startWithKeyboard()
            let nothing = try station.attune("sync", "tap")
            #expect(nothing.code == 1 && nothing.error.contains("session"), "\(nothing.error)")
            // A slow typist: no second key within the window of the first.
            let (chat, path) = try station.startChat(study: "tap", pace: "3", keyboard: pipe)
            try waitFor("the chat to be linked", seconds: 60) {
                guard chat.isRunning else {
                    throw IntegrationFailure("the chat ended: \(chat.errorText)")
                }
                let shown = try station.json("session", "show")
                return shown["session"]?["clients"]?.array?.isEmpty == false
            }
            let live = try station.attune(
                "sync", "tap", "--count", "5", "--window-ms", "100", "--timeout-s", "80", "--json")
            try check(live, atLeast: 5)
            #expect(live.error.contains("Press a letter on the participant's keyboard"))
            #expect(live.error.contains("1 of 5: "), "\(live.error)")
            chat.signal(SIGTERM)
            try chat.wait(seconds: 30)
            #expect(try station.attune("session", "stop", "--wait").code == 0)
            // The same in the recording.
            let later = try station.attune(
                "sync", "tap", "--file", path, "--window-ms", "100", "--json")
            try check(later, atLeast: 5)
            let report = try station.json("sync", path)
            let names = report["streams"]?.array?.compactMap { $0["name"]?.string } ?? []
            #expect(names.contains("keyboard") && names.count >= 2, "\(names)")
            #expect(try station.end().code == 0)
        }

        private func number(_ value: JSONValue?) -> Double? {
            switch value {
            case .real(let number): number
            case .integer(let number): Double(number)
            default: nil
            }
        }

        private func check(_ outcome: ProgramRun.Outcome, atLeast count: Int) throws {
            let report = try JSONValue(parsing: outcome.output)
            #expect(report["lags"]?.array?.count ?? 0 >= count, "\(outcome.error)")
            let median = try #require(number(report["median_ms"]))
            // The chat writes the key first; on a busy machine its edit may take a while.
            #expect(median > -20 && median < 80, "\(median)")
            #expect(outcome.code == (report["within"] == true ? 0 : 1))
        }
    }
}
