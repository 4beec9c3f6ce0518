import Link
import StudyProtocol
import SystemCalls
import TestSupport
import Testing
import Timebase

@testable import Recording

/// How the fitting's checks are put together.
@Suite struct FittingReportTests {
    private static let now = Instant(nanoseconds: 900_000_000_000)

    private func order(
        _ required: [FittingPlan.Check], devices: [FittingOrder.Device] = [],
        free: Int64 = 50 << 30
    ) -> FittingOrder {
        FittingOrder(
            number: 1, path: "", required: Set(required.map(\.rawValue)),
            asked: ["hand", "room-temperature"], notes: ["hand": "left"], settleSeconds: 300,
            began: Self.now + -60_000_000_000, started: Self.now + -90_000_000_000,
            devices: devices, freeBytes: free)
    }

    private func device(_ name: String) -> FittingOrder.Device {
        FittingOrder.Device(name: name, lastSample: Self.now + -100_000_000)
    }

    private func checks(
        _ order: FittingOrder, charges: [String: Int] = [:],
        reports: [String: ClientEvent.Fitting] = [:]
    ) -> [FittingCheck] {
        var report = FittingReport(order: order, now: Self.now)
        report.takeDevices([], charges: charges)
        report.takeReports(reports)
        report.takeDisk()
        report.takeNotes()
        return report.finished()
    }

    private func state(_ check: String, _ found: [FittingCheck]) -> FittingCheck.State? {
        state(check, nil, found)
    }

    private func state(
        _ check: String, _ source: String?, _ found: [FittingCheck]
    ) -> FittingCheck.State? {
        found.first { $0.check == check && $0.source == source }?.state
    }

    @Test func whatDevicesTellOfElectrodesCountsForAMoment() {
        var off = device("ad8232")
        off.leadsOff = Self.now + -2_000_000_000
        var loose = device("strap")
        loose.noContact = Self.now + -1_000_000_000
        var earlier = device("oximeter")
        earlier.leadsOff = Self.now + -60_000_000_000
        earlier.noContact = Self.now + -60_000_000_000
        var gone = device("polar")
        gone.failure = "it is not heard"
        var silent = device("watch")
        silent.lastSample = Self.now + -60_000_000_000
        let found = checks(
            order([.contact, .leadsOff], devices: [off, loose, earlier, gone, silent]))
        #expect(state("leads-off", "ad8232", found) == .red)
        #expect(state("leads-off", "oximeter", found) == .green)
        #expect(state("contact", "strap", found) == .red)
        #expect(state("contact", "oximeter", found) == .green)
        #expect(state("contact", "polar", found) == .red)
        #expect(state("contact", "watch", found) == .red)
        #expect(state("leads-off", "polar", found) == nil)
        #expect(found.first { $0.source == "polar" }?.text.contains("not heard") == true)
    }

    @Test func batteriesAndTheDiskHaveTheirLimits() {
        var told = device("polar")
        told.charge = 31
        let devices = [told, device("emotibit"), device("bitalino")]
        let found = checks(order([.battery], devices: devices), charges: ["emotibit": 30])
        #expect(state("battery", "polar", found) == .green)
        #expect(state("battery", "emotibit", found) == .amber)
        #expect(state("battery", "bitalino", found) == nil)
        #expect(FittingReport.battery(15).state == .red)
        // Nobody can tell: that alone stops no session.
        #expect(state("battery", checks(order([.battery]))) == .green)
        for (free, expected) in [
            (Int64(6) << 30, FittingCheck.State.green), (Int64(2) << 30, .amber), (1 << 20, .red),
        ] {
            #expect(state("disk", checks(order([.disk], free: free))) == expected)
        }
    }

    @Test func whatIsAskedForAndNotThereIsRed() throws {
        let all = checks(order(FittingPlan.Check.allCases))
        for check in [
            FittingPlan.Check.contact, .leadsOff, .flatLine, .clipping, .edaResponse,
            .microphone, .model,
        ] {
            let found = try #require(all.first { $0.check == check.rawValue })
            #expect(found.state == .red && found.required, "\(check)")
        }
        #expect(all.filter(\.required).allSatisfy { !$0.text.isEmpty })
        // In the order in which they are known, whoever told them first.
        let names = all.map(\.check).filter { FittingReport.names.contains($0) }
        #expect(names == FittingReport.names.filter(names.contains))
        let none = checks(order([]))
        #expect(!none.contains { $0.required || $0.state == .red })
    }

    @Test func clientsReportsAndNotesAreShown() throws {
        let payload: JSONValue = ["check": "model", "state": "amber", "detail": "It is slow."]
        let report = try #require(ClientEvent.Fitting(payload))
        let found = checks(order([.model]), reports: ["model": report])
        #expect(state("model", found) == .amber)
        #expect(found.first { $0.check == "model" }?.text == "It is slow.")
        #expect(state("hand", found) == .green && state("room-temperature", found) == .amber)
        #expect(!found.contains { $0.required && $0.check == "room-temperature" })
    }

    @Test func aBoardThatTellsAnElectrodeOffIsNoticed() throws {
        let source = try SequencedSource(try TemporaryDirectory("leads"), device: "ad8232")
        let time = SequencedSource.start
        source.put(RecordKind.opened, [1], at: time)
        source.put(RecordKind.bytes, Array("512\r\n518\r\n".utf8), at: time + 10_000_000)
        source.drain()
        #expect(source.health?.leadsOff == nil)
        source.put(RecordKind.bytes, Array("!\r\n!\r\n".utf8), at: time + 20_000_000)
        source.drain()
        #expect(source.health?.leadsOff?.nanoseconds == time + 20_000_000)
        #expect(source.health?.noContact == nil)
    }
}
