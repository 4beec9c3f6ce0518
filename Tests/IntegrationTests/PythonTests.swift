import Foundation
import LinkTestSupport
import Testing

extension IntegrationTests {
    /// Tests that are written in Python, since they read and speak what the programs write and
    /// speak, and must know nothing of their code.
    @Suite struct PythonTests {
        private static let folder =
            (#filePath as NSString).deletingLastPathComponent + "/../Integration"

        /// Runs a script in an environment that has the independent Varlink client.
        /// - Parameter environment: where the script that makes it is; other people's readers and their
        ///   libraries are in `../Readers`.
        private func run(
            _ script: String, _ arguments: [String] = [], environment: String = "."
        ) throws {
            let python = try Processes.output(
                "/bin/sh", ["\(Self.folder)/\(environment)/python_environment.sh"]
            ).trimmingCharacters(in: .whitespacesAndNewlines)
            let programs = (Processes.program("attuned") as NSString).deletingLastPathComponent
            let (process, pipe) = try Processes.start(
                python, ["\(Self.folder)/\(script)", programs] + arguments)
            let text = String(
                decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
            process.waitUntilExit()
            print(text)
            #expect(process.terminationStatus == 0, "\(text)")
        }

        @Test func realHeartsComeBack() throws { try run("hearts.py") }

        /// Every kind of sensor at once; unplugged; and silent while they count on.
        @Test(arguments: ["all", "unplugged", "silent"])
        func allSensorsAtOnce(mode: String) throws { try run("sensors.py", ["12", mode]) }

        /// A study's database that another program holds.
        @Test func theIndexIsNeverLeftBehind() throws { try run("index.py") }

        /// A click track as a page's microphone; console and daemon killed; without consent to sound.
        @Test(arguments: ["all", "killed", "consent"])
        func thinkAlouds(mode: String) throws { try run("think_aloud.py", [mode]) }

        /// Corrections of signals and what follows from them; rules of coding schemes; ELAN's own files.
        @Test(arguments: ["corrections", "rules", "elan"])
        func codingOverHTTP(mode: String) throws { try run("console_coding.py", [mode]) }

        /// Somebody else stops it: what pages and console hold is kept, and nobody is waited for in vain.
        @Test func thinkAloudsThatAreStopped() throws { try run("think_aloud_stopped.py") }

        /// A heart and a skin with known responses; pauses, turns and marks.
        @Test func cuePointsFollowFromTheProtocol() throws { try run("cues.py") }

        @Test func marksComeInAndGoOut() throws { try run("marks.py") }

        @Test func keysAreReadInTheirPhasesAndWithTheFocusAlone() throws { try run("keys.py") }

        @Test func sensorsAreClosedWithoutConsent() throws { try run("withheld.py") }

        /// Lab Streaming Layer and EmotiBit: each value; killed in the middle; lost; not there.
        @Test(arguments: ["lsl", "killed", "emotibit", "nothing"])
        func sensorsOfTheNetwork(mode: String) throws { try run("network.py", [mode]) }

        /// Sessions as streams of Lab Streaming Layer: while they are recorded, and from their files.
        @Test(arguments: ["live", "replay"])
        func sessionsOnTheNetwork(mode: String) throws {
            try run("lsl_out.py", [mode], environment: "../Readers")
        }

        /// Random XDF files, whole and broken, with pyxdf beside.
        @Test func foreignRecordingsComeIn() throws {
            try run("xdf_import.py", ["8", "2"], environment: "../Readers")
        }

        /// The index has what was imported, told at once or found at the next start.
        @Test func importedSessionsAreTakenIn() throws { try run("import_study.py") }

        /// Whatever page, operator or model do: who wants out gets out, a no counts at once, and nothing
        /// harmful or slow stands in the way.
        @Test(arguments: ["wishes", "consent", "harm", "slow", "phases", "streamed"])
        func nothingStandsInTheParticipantsWay(mode: String) throws {
            try run("chat_guard.py", [mode])
        }

        /// Figures for Prometheus, by its own reader, checker and server.
        @Test func metricsAreWhatTheStationIs() throws { try run("metrics.py") }

        /// The participants' pages: who comes in; loaded anew; killed; two at once; what is refused; from
        /// consent to the end; cues of danger; stopping and withdrawing; TLS; a model that answers, and fails.
        @Test(arguments: [
            "joining", "reload", "killed", "daemon", "two", "refused", "procedure",
            "alarms",
            "leaving", "secure",
            "model",
        ])
        func pagesOfParticipants(mode: String) throws { try run("chat_room.py", [mode]) }

        /// Links that were made while the daemon was away, and by whom; killed; after the end.
        @Test func invitationsStandInTheTrail() throws { try run("chat_invitations.py") }

        /// Several stations share a store or a folder: killed, cut off, damaged, withdrawn.
        @Test(arguments: ["store", "folder", "killed", "broken", "secure"])
        func stationsShareAPlace(mode: String) throws {
            try run("stations.py", [mode], environment: "s3")
        }

        @Test func theIndependentClientIsServedByTheDaemon() throws { try run("link.py") }
    }
}
