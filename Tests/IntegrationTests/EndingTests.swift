import Foundation
import SessionStore
import SystemCalls
import Testing

extension IntegrationTests {
    /// The daemon told to end: sessions are stopped durably, and finished at the next start.
    @Suite struct EndingTests {
        @Test(arguments: [SIGTERM, SIGINT])
        func aSignalLeavesADurableStoppedSession(_ signal: Int32) throws {
            let station = try StationProcess()
            try station.write(
                settings: """
                    devices:
                      - {profile: bitalino, path: \(station.file("bitalino")), name: bitalino}
                    """)
            try station.simulate("bitalino", "--link", station.file("bitalino"))
            var shortest = Double.infinity
            // The promise is one second; a busy machine may miss it once, but not three times.
            for attempt in 1...3 {
                try station.start()
                try station.waitForSamples(of: "bitalino")
                let session = try station.json("session", "start", "ending", "p\(attempt)")
                let identifier = try #require(session["id"]?.string)
                let path = try #require(session["file"]?.string)
                usleep(700_000)
                let (code, seconds) = try station.end(signal)
                #expect(code == 0)
                shortest = min(shortest, seconds)
                let reader = try SessionReader.open(at: path)
                #expect(try reader.session().state == .stopped)
                #expect(try reader.sampleCount(of: 1) >= 300)
                try reader.close()

                try station.start()
                try station.waitForState("finished", of: identifier)
                let report = StudyDirectory.qualityReport(of: path)
                try waitFor("a quality report") { FileSystem.exists(report) }
                #expect(try FileSystem.readText(report).contains("ending, p\(attempt)"))
                #expect(!FileSystem.exists(path + "-wal"))
                if attempt == 1 {
                    // As after a daemon that ended before the report was written.
                    #expect(try station.end().code == 0)
                    try FileSystem.remove(report)
                    try station.start()
                    try waitFor("the report once more") { FileSystem.exists(report) }
                }
                #expect(try station.end(SIGTERM).code == 0)
                #expect(!FileSystem.exists("\(station.runtime)/acquisition.ring"))
            }
            print("signal \(signal): stopped durably within \(shortest) s at best")
            // An instrumented daemon says by how much it is slower.
            let slowness = ProcessInfo.processInfo.environment["ATTUNE_TESTS_SLOWNESS"]
            #expect(shortest < (slowness.flatMap(Double.init) ?? 1))
        }
    }
}
