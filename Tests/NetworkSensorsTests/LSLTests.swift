import Link
import Testing

@testable import NetworkSensors

/// What LSL streams are in a session, and which are meant.
@Suite struct LSLTests {
    private func info(_ format: LSLFormat, labels: [String] = [], count: Int = 2) -> LSLStreamInfo {
        LSLStreamInfo(
            name: "eeg", type: "EEG", sourceID: "s1", uid: "u", host: "h", rate: 250,
            channelCount: count, format: format,
            channels: labels.map { LSLStreamInfo.Channel(label: $0, unit: "microvolts") })
    }

    @Test func channelsHaveNamesOfTheirOwn() {
        let stream = LSLSource.stream("a", info(.float32, labels: ["Cz", "Cz"], count: 3))
        #expect(stream.channels.map(\.name) == ["Cz", "Czch2", "ch3", "lsl_time"])
        #expect(stream.channels.map(\.type) == [.f32, .f32, .f32, .f64])
        #expect(stream.rateHz == 250)
    }

    @Test func textsAreEvents() {
        #expect(LSLSource.stream("a", info(.string)).kind == .events)
    }

    @Test func everythingThatIsGivenHasToFit() {
        let found = info(.float32)
        #expect(NetworkSettings.Stream(name: "eeg").matches(found))
        #expect(NetworkSettings.Stream(type: "EEG", sourceID: "s1").matches(found))
        #expect(!NetworkSettings.Stream(name: "eeg", sourceID: "s2").matches(found))
    }

    @Test func aMissingLibraryIsSaidWithWhatToDo() {
        #expect {
            _ = try LSLLibrary(path: "/nonexistent/liblsl.so")
        } throws: { error in
            let error = error as? NetworkSensorError
            return error?.code == .library && "\(error?.message ?? "")".contains("--liblsl")
        }
    }

    @Test func piecesAreJoinedUnlessSomethingIsMissingBetweenThem() {
        let first = SampleBatch(stream: "a", stamps: [1], data: [1])
        let second = SampleBatch(stream: "a", stamps: [2, 3], data: [2, 3])
        let lossy = SampleBatch(stream: "a", stamps: [4], data: [4], missing: 2)
        #expect(first.joined(second)?.stamps == [1, 2, 3])
        #expect(first.joined(lossy) == nil)
        // Readings alone may come before a loss.
        let readings = SampleBatch(
            stream: "a", stamps: [], data: [],
            readings: [DeviceReading(deviceNs: 1, arrivalNs: 2)])
        #expect(readings.joined(lossy)?.missing == 2)
    }
}
