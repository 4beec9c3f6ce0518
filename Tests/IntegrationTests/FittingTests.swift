import Foundation
import Link
import SystemCalls
import Testing
import Timebase

extension IntegrationTests {
    /// The fitting over signals that really go through the daemon into the session's file.
    @Suite struct FittingTests {
        private static let study = """
            name: fit
            version: 1
            title: Fit
            phases:
              - {name: fitting, title: Fitting, kind: fitting, checks: [CHECKS], settleSeconds: 0}
              - {name: rest, title: Rest, kind: baseline}
            consent: []
            """

        private func start(
            checks: String, settings: String = "", simulate: [String] = []
        ) throws -> StationProcess {
            let checkout = try Checkout()
            try checkout.write(
                "Protocols/studies/fit.yaml",
                Self.study.replacingOccurrences(of: "CHECKS", with: checks))
            let station = try StationProcess(programs: checkout.programs, keeping: checkout)
            if !settings.isEmpty {
                try station.write(
                    settings: settings.replacingOccurrences(
                        of: "DEVICE", with: station.file("bitalino")))
                try station.simulate("bitalino", "--link", station.file("bitalino"))
            }
            try station.start()
            return station
        }

        private func found(_ station: StationProcess) throws -> [JSONValue] {
            let outcome = try station.attune("session", "fitting", "--json")
            return try JSONValue(parsing: outcome.output).array ?? []
        }

        private func state(_ check: String, _ source: String?, _ found: [JSONValue]) -> String? {
            found.first {
                $0["check"]?.string == check && (source == nil || $0["source"]?.string == source)
            }?["state"]?.string
        }

        @Test func aWornDeviceTurnsGreenAndAnUnpluggedOneRed() throws {
            let station = try start(
                checks: "contact, leads-off, flat-line, clipping, battery, disk",
                settings: """
                    devices:
                      - profile: bitalino
                        path: DEVICE
                        name: bitalino
                        options: {rate: 100, channels: [A2, A3, A4]}
                    """)
            try station.waitForSamples(of: "bitalino")
            #expect(
                try station.attune("session", "start", "fit", "p1", "--protocol", "fit").code == 0)
            #expect(try station.attune("session", "phase", "fitting").code == 0)
            try waitFor("the fitting to be green", seconds: 90) {
                try station.attune("session", "fitting").code == 0
            }
            var checks = try found(station)
            #expect(state("contact", "bitalino.ecg", checks) == "green")
            #expect(state("contact", "bitalino.eda", checks) == "green")
            #expect(state("leads-off", "bitalino", checks) == "green")
            #expect(state("flat-line", "bitalino.ecg", checks) == "green")
            #expect(state("clipping", "bitalino.ecg", checks) == "green")
            // What the protocol names, and nothing else.
            let named = ["contact", "leads-off", "flat-line", "clipping", "battery", "disk"]
            let required = Set(
                checks.filter { $0["required"] == true }.compactMap { $0["check"]?.string })
            #expect(required == Set(named))
            #expect(state("eda-response", "bitalino.eda", checks) == "amber")

            station.endDevices()
            try waitFor("the fitting to be red", seconds: 60) {
                checks = try found(station)
                return state("contact", "bitalino", checks) == "red"
            }
            let refused = try station.attune("session", "phase", "rest")
            #expect(refused.code != 0 && refused.error.contains("contact"), "\(refused.error)")
            #expect(
                try station.attune("session", "phase", "rest", "--reason", "replay").code == 0)
            #expect(try station.attune("session", "stop").code == 0)
            #expect(try station.end().code == 0)
        }

        @Test func aDeepBreathShowsInSkinConductance() throws {
            let station = try start(checks: "contact, eda-response")
            let started = try station.json("session", "start", "fit", "p1", "--protocol", "fit")
            let session = try #require(started["id"]?.string)
            #expect(try station.attune("session", "phase", "fitting").code == 0)
            #expect(state("eda-response", nil, try found(station)) == "red")
            let link = try VarlinkClient(path: station.socket)
            _ = try link.call(
                LinkInterface.Register.self,
                LinkInterface.Register.Parameters(
                    session: session, client: "sensor", title: "A sensor", clock: .station,
                    bootId: Clocks.bootIdentifier(),
                    streams: [
                        LinkStream(
                            name: "skin", kind: .signal, rateHz: 20, clock: .stamped,
                            channels: [
                                LinkChannel(
                                    name: "eda", unit: "µS", type: .f64, scale: 1, offset: 0)
                            ])
                    ]))
            // Half a minute of skin at rest until the mark, and what will come after it.
            var sequence: Int64 = 0
            func send(from: Instant, seconds: Double, _ value: (Double) -> Double) throws {
                sequence += 1
                let count = Int(seconds * 20)
                let times = (0..<count).map { Double($0) / 20 }
                let bytes = times.flatMap { time in
                    let pattern = value(time).bitPattern
                    return (0..<8).map { UInt8(truncatingIfNeeded: pattern >> UInt64(8 * $0)) }
                }
                _ = try link.call(
                    LinkInterface.SendSamples.self,
                    LinkInterface.SendSamples.Parameters(
                        session: session, client: "sensor", stream: "skin", sequence: sequence,
                        firstTimeNs: from.nanoseconds,
                        stampsNs: times.map { from.nanoseconds + Int64($0 * 1e9) }, count: count,
                        data: Data(bytes).base64EncodedString()))
            }
            let start = Clocks.now() + -40_000_000_000
            try send(from: start, seconds: 40) { 5 + 0.01 * sin($0) }
            var checks = try found(station)
            #expect(state("contact", "skin.eda", checks) == "green")
            #expect(state("eda-response", "skin.eda", checks) == "amber")
            #expect(try station.attune("session", "mark", "Deep breath").code == 0)
            checks = try found(station)
            #expect(state("eda-response", "skin.eda", checks) == "amber")
            let mark = Clocks.now()
            try send(from: mark, seconds: 12) {
                $0 < 2 ? 5 + 0.01 * sin($0 + 40) : 5 + 0.3 * (1 - exp(2 - $0))
            }
            checks = try found(station)
            #expect(
                state("eda-response", "skin.eda", checks) == "green",
                "\(checks.map { $0["text"]?.string ?? "" })")
            #expect(state("settle", nil, checks) == "green")
            #expect(try station.attune("session", "phase", "rest").code == 0)
            #expect(try station.attune("session", "stop").code == 0)
            #expect(try station.end().code == 0)
        }
    }
}
