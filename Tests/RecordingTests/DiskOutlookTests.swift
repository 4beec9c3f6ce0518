import Testing

@testable import Recording

/// When a disk is said to be nearly full.
@Suite struct DiskOutlookTests {
    private let gibibyte: Int64 = 1 << 30

    private func complaint(_ free: Int64, _ bytesPerSecond: Double?) -> String? {
        var watch = DiskWatch(least: gibibyte)
        return watch.complaint(DiskOutlook(free: free, bytesPerSecond: bytesPerSecond))
    }

    @Test func little() {
        #expect(complaint(gibibyte - 1, nil) == "Only 1023 MiB are free")
        #expect(complaint(gibibyte, nil) == nil)
    }

    /// 1 MiB/s needs 2 MiB/s: 100 GiB last 51,200 s, 7 GiB less than an hour.
    @Test func soon() {
        let outlook = DiskOutlook(free: 100 * gibibyte, bytesPerSecond: Double(1 << 20))
        #expect(outlook.secondsLeft == 51_200)
        #expect(complaint(100 * gibibyte, Double(1 << 20)) == nil)
        #expect(
            complaint(7 * gibibyte, Double(1 << 20))
                == "Only 7168 MiB, enough for about 59 min of recording, are free")
    }

    @Test func nothingGrows() {
        #expect(DiskOutlook(free: 2 * gibibyte, bytesPerSecond: 0).secondsLeft == nil)
        #expect(complaint(2 * gibibyte, 0) == nil)
    }

    /// Logs and backups come and go: what moves about the limit is one alarm.
    @Test func oneAlarmAboutTheLimit() {
        var watch = DiskWatch(least: gibibyte)
        var told: [Bool] = []
        let steps: [Int64] = [0, -1, 16 << 20, -1, 90 << 20, 103 << 20, 1]
        for free in steps {
            let outlook = DiskOutlook(free: gibibyte + free, bytesPerSecond: nil)
            told.append(watch.complaint(outlook) != nil)
        }
        #expect(told == [false, true, true, true, true, false, false])
    }
}
