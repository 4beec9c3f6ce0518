import Glibc
import HTTPTypes
import Hummingbird
import Link
import LinkTestSupport
import Logging
import SystemCalls
import TestSupport
import Testing
import Timebase
import Web

@testable import Console

/// What the console tells of the station, and to whom.
@Suite struct MetricsTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory("metrics") }

    // MARK: - What is told

    /// A station of which everything is known.
    private func known() -> StationKnowledge {
        var status = DoubleHandler.status
        status.devices[0].batteryPercent = 7
        status.devices[0].rssiDbm = -70
        status.devices[0].nominalRateHz = 1000
        status.storage.bytesPerSecond = 1000
        status.clock = ClockHealth(
            synchronised: true, errorBoundMs: 4, steps: 1, lastStepMs: -2, sleeps: 1, sleptMs: 1500,
            offsetMs: 0.25)
        status.backup = BackupInfo(place: "/backup", waiting: 2, verifiedUtcNs: 3_000_000_000)
        status.alarms = [
            Alarm(
                code: "silent:bitalino", text: "Anna P01 is silent", severity: .warning, sinceNs: 1,
                session: "s-1", device: "bitalino"),
            // A linked client that somebody named after a participant.
            Alarm(
                code: "silent:P01-band.gsr@1", text: "P01-band is silent", severity: .notice,
                sinceNs: 1, session: "s-1", device: "P01-band"),
            Alarm(
                id: "1", code: "Anna said so", text: "Anna P01", severity: .urgent, sinceNs: 1,
                session: "s-1"),
        ]
        var known = StationKnowledge(now: Instant(nanoseconds: 0), utc: 0)
        known.take(status, at: Instant(nanoseconds: 1_000_000_000), utc: 0)
        known.sessions["s-1"] = StationKnowledge.Session(streams: [
            StreamInfo(
                id: 1, name: "eda", kind: "signal", source: "bitalino", clock: "counter",
                channels: ["eda"], units: ["µS"], samples: 1, events: 0, gaps: 0, lost: 0,
                boundMs: 2, lastSampleAgeMs: 40),
            StreamInfo(
                id: 2, name: "P01.clock", kind: "client", source: "P01", clock: "stamped",
                channels: [], units: [], samples: 0, events: 0, gaps: 0, lost: 0, boundMs: 1),
        ])
        return known
    }

    private func text(_ known: StationKnowledge, atMs now: Int64 = 1500) -> String {
        MetricsText.of(
            StationMetrics(known, now: Instant(nanoseconds: now * 1_000_000)).families, .plain)
    }

    @Test func valuesAreInBaseUnitsAndNamedByDeviceAndStream() {
        let lines = Set(text(known()).split(separator: "\n").map(String.init))
        for line in [
            "attune_up 1", "attune_status_age_seconds 0.5", "attune_chat_up 0",
            #"attune_build_info{version="1"} 1"#, "attune_start_time_seconds 1700000000.0",
            #"attune_sessions{state="recording"} 1"#, #"attune_sessions{state="stopping"} 0"#,
            #"attune_device_state{device="bitalino",state="streaming"} 1"#,
            #"attune_device_state{device="bitalino",state="silent"} 0"#,
            #"attune_device_recording{device="bitalino"} 1"#,
            #"attune_device_samples_total{device="bitalino"} 10"#,
            #"attune_device_last_sample_age_seconds{device="bitalino"} 0.003"#,
            #"attune_device_battery_ratio{device="bitalino"} 0.07"#,
            #"attune_stream_samples_total{source="bitalino",stream="eda"} 10"#,
            #"attune_stream_lost_samples_total{source="bitalino",stream="eda"} 2"#,
            #"attune_stream_last_sample_age_seconds{session="s-1",source="bitalino",stream="eda"} 0.04"#,
            #"attune_stream_time_bound_seconds{session="s-1",source="bitalino",stream="eda"} 0.002"#,
            #"attune_ring_capacity_bytes{ring="devices"} 1024"#,
            #"attune_ring_used_bytes{ring="devices"} 8"#,
            "attune_storage_free_bytes 9007199254740993",
            #"attune_commit_duration_seconds_bucket{le="+Inf"} 0"#,
            "attune_clock_synchronised 1.0", "attune_clock_error_bound_seconds 0.004",
            "attune_clock_offset_seconds 0.00025", "attune_clock_last_step_seconds -0.002",
            "attune_slept_seconds_total 1.5", "attune_backup_waiting_sessions 2",
            "attune_backup_failing 0", "attune_backup_last_verified_timestamp_seconds 3.0",
            #"attune_alarms{severity="urgent",acknowledged="false"} 1"#,
            #"attune_alarms{severity="urgent",acknowledged="true"} 0"#,
            #"attune_alarm_standing{code="silent",device="bitalino",severity="warning"} 1"#,
            #"attune_link_clients{state="connected"} 1"#, #"attune_link_clients{state="away"} 1"#,
            "attune_link_waiting_events 3", "attune_link_missed_pieces_total 4",
        ] {
            #expect(lines.contains(line), "\(line)")
        }
    }

    @Test func nothingThatAnybodyWroteAndNoCodesOfParticipantsAreTold() {
        let text = text(known())
        #expect(
            text.contains(#"attune_alarm_standing{code="client",device="",severity="urgent"} 1"#))
        #expect(
            text.contains(#"attune_alarm_standing{code="silent",device="",severity="notice"} 1"#))
        for word in ["P01", "Anna", "pilot", "/data", "/backup"] {
            #expect(!text.contains(word), "\(word)")
        }
    }

    @Test func aDaemonThatIsAwayOrSaysNothingIsDown() {
        let down = "attune_up 0"
        var known = known()
        #expect(text(known, atMs: 7000).contains("attune_up 1\n"))
        #expect(text(known, atMs: 7001).contains(down))
        known.daemon.failed(
            "no such file", at: Instant(nanoseconds: 1_600_000_000), utc: 0)
        let text = text(known, atMs: 1700)
        #expect(text.contains(down) && text.contains("attune_status_age_seconds 0.7"))
        // What it said before would look like what is now.
        #expect(!text.contains("attune_device") && !text.contains("attune_storage"))
        let never = StationKnowledge(now: Instant(nanoseconds: 0), utc: 0)
        #expect(self.text(never).contains(down))
    }

    /// The page of the format has every metric, and nothing else.
    @Test func theFormatsPageNamesEachMetric() throws {
        let families =
            StationMetrics(known(), now: Instant(nanoseconds: 1_500_000_000)).families
            + ConsoleMetrics(
                version: "1", counts: RequestCounts.Counts(), exportsRunning: 0,
                process: ProcessUse.now()
            ).families
        let told = families.map { family in
            family.name
                + (family.kind == .counter ? "_total" : family.kind == .info ? "_info" : "")
        }
        let folder = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        let page = try FileSystem.readText("\(folder)/Protocols/formats/metrics.md")
        let written = page.split(separator: "\n").compactMap { line -> String? in
            guard line.hasPrefix("| `attune_") || line.hasPrefix("| `process_") else { return nil }
            return line.split(separator: "`").dropFirst().first.map(String.init)
        }
        #expect(written.sorted() == told.sorted())
    }

    @Test func theProcessTellsWhatItUses() throws {
        let use = ProcessUse.now()
        #expect(try #require(use.residentBytes) > 1 << 20)
        #expect(try #require(use.openDescriptors) >= 3)
        let age = Double(Clocks.realtime()) / 1e9 - use.startedUTC
        #expect(age >= 0 && age < 86_400)
        #expect(ProcessUse.now().startedUTC == use.startedUTC)
    }

    // MARK: - Who may read it

    private func place(_ publicURL: String? = nil) -> WebPlace {
        WebPlace(address: ListenAddress(host: "127.0.0.1", port: 0), publicURL: publicURL)
    }

    private func tokenFile(_ text: String, mode: mode_t = 0o640) throws -> String {
        let path = directory.file("token")
        try FileSystem.write(Array(text.utf8), to: path, mode: 0o600)
        try systemCall("chmod") { unsafe chmod(path, mode) }
        return path
    }

    @Test func tokensAreLongAndNobodyElsesToRead() throws {
        let secret = "0123456789abcdef0123"
        let access = try MetricsAccess(tokenFile: try tokenFile("\(secret)\n"), at: place())
        #expect(access == .token(hash: Secret.hash(secret)))
        for (text, mode) in [
            ("0123456789abcdef012\n", mode_t(0o640)), ("\(secret) \(secret)", 0o640), ("", 0o640),
            (secret, 0o644), ("\(secret)ü", 0o640),
        ] {
            let path = try tokenFile(text, mode: mode)
            #expect(throws: ConsoleError.self, "\(text) \(mode)") {
                try MetricsAccess(tokenFile: path, at: place())
            }
        }
        #expect(throws: ConsoleError.self) {
            try MetricsAccess(tokenFile: directory.file("none"), at: place())
        }
    }

    @Test func whereAProxyStandsAllComeFromThisMachineSoThatATokenIsNeeded() throws {
        #expect(try MetricsAccess(tokenFile: nil, at: place()) == .thisMachine)
        #expect(throws: ConsoleError.self) {
            try MetricsAccess(tokenFile: nil, at: place("https://lab.example.org"))
        }
    }

    @Test func thisMachineIsWhoComesDirectlyAndByItsName() {
        let access = MetricsAccess.thisMachine
        func admits(
            _ host: String?, isLocal: Bool = true, isRelayed: Bool = false
        ) -> Bool {
            access.admits(
                authorization: "Bearer x", isLocal: isLocal, host: host, isRelayed: isRelayed)
        }
        for host in ["127.0.0.1:8080", "localhost:8080", "localhost", "[::1]:8080", "127.0.0.1"] {
            #expect(admits(host), "\(host)")
            #expect(!admits(host, isLocal: false) && !admits(host, isRelayed: true))
        }
        for host in ["evil.example:8080", "127.0.0.1.evil.example", "", nil] {
            #expect(!admits(host), "\(host ?? "none")")
        }
    }

    @Test func theTokenIsAskedForWhateverTheMachine() {
        let access = MetricsAccess.token(hash: Secret.hash("0123456789abcdef0123"))
        func admits(_ authorization: String?) -> Bool {
            access.admits(
                authorization: authorization, isLocal: true, host: "127.0.0.1:1", isRelayed: false)
        }
        #expect(admits("Bearer 0123456789abcdef0123") && admits("bearer  0123456789abcdef0123"))
        for wrong in [
            nil, "", "Bearer", "Bearer 0123456789abcdef012", "Basic 0123456789abcdef0123",
            "0123456789abcdef0123", "Bearer 0123456789abcdef0123 x",
        ] {
            #expect(!admits(wrong), "\(wrong ?? "none")")
        }
    }

    // MARK: - Over HTTP

    private func router(_ access: MetricsAccess?) throws -> ConsoleRouter {
        let settings = ConsoleSettings(
            socketPath: directory.file("attuned.sock"), chatSocketPath: directory.file("chat.sock"),
            dataDirectory: directory.file("data"), stateDirectory: directory.file("state"),
            pagesDirectory: Places.consolePages, participantPagesDirectory: Places.chatPages,
            place: place(), metrics: access)
        var log = Logger(label: "metrics")
        log.logLevel = .critical
        return try ConsoleServer.router(try ConsoleServer.surroundings(settings, log: log))
    }

    private func answer(
        _ router: ConsoleRouter, _ path: String, _ fields: [(HTTPField.Name, String)] = []
    ) async throws -> (response: Response, body: String) {
        var head = HTTPRequest(
            method: .get, scheme: "http", authority: "127.0.0.1:1", path: path)
        for (name, value) in fields { head.headerFields[name] = value }
        let (response, body) = try await router.router.buildResponder().answer(
            head, log: Logger(label: "metrics"))
        return (response, body.text)
    }

    @Test func thereIsNoSuchAddressUnlessItIsAskedFor() async throws {
        let router = try router(nil)
        #expect(try await answer(router, "/metrics").response.status == .notFound)
        #expect(!router.list.routes.contains { $0.path.contains("metrics") })
    }

    @Test func requestsAreCountedAndTheFormatIsNegotiated() async throws {
        let token = "0123456789abcdef0123"
        let router = try router(.token(hash: Secret.hash(token)))
        let refused = try await answer(router, "/metrics")
        #expect(refused.response.status == .unauthorized)
        #expect(refused.response.headers[.wwwAuthenticate] == "Bearer")
        #expect(!refused.body.contains("attune_up"))
        _ = try await answer(router, "/nothing")
        let field = (HTTPField.Name.authorization, "Bearer \(token)")
        let plain = try await answer(router, "/metrics", [field])
        #expect(plain.response.status == .ok)
        #expect(plain.response.headers[.contentType] == "text/plain; version=0.0.4; charset=utf-8")
        for line in [
            "attune_up 0", #"attune_console_requests_total{method="GET",code="401"} 1"#,
            #"attune_console_requests_total{method="GET",code="404"} 1"#,
            "attune_console_request_duration_seconds_count 2", "attune_console_exports_running 0",
        ] {
            #expect(plain.body.contains("\(line)\n"), "\(line)")
        }
        let open = try await answer(
            router, "/metrics", [field, (.accept, "application/openmetrics-text;version=1.0.0")])
        #expect(
            open.response.headers[.contentType]
                == "application/openmetrics-text; version=1.0.0; charset=utf-8")
        #expect(open.body.hasSuffix("# EOF\n"))
        #expect(open.body.contains("# TYPE attune_console_requests counter\n"))
    }

    /// A connection whose other end is not known is not this machine's.
    @Test func othersThanThisMachineAreRefused() async throws {
        let refused = try await answer(try router(.thisMachine), "/metrics")
        #expect(refused.response.status == .forbidden && !refused.body.contains("attune_up"))
    }
}
