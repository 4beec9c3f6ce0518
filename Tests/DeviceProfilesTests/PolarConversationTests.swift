import DeviceProfiles
import Testing
import Timebase

/// A Polar sensor's control point, made up from the description.
private struct MadeUpPolar {
    var features: [UInt8] = hex("0F 05 00 00 00 00")
    /// What it offers by type, as entries.
    var offers: [UInt8: [UInt8]] = [
        0: hex("00 01 82 00 01 01 0E 00"),
        1: hex("00 01 37 00 01 01 16 00 04 01 04"),
        2: hex("00 04 19 00 32 00 64 00 C8 00 01 01 10 00 02 03 02 00 04 00 08 00"),
    ]
    var startStatus: [UInt8: UInt8] = [:]
    var isRunning: Set<UInt8> = []
    var control = 0
    /// Whether answers are cut in two by `more`.
    var isCut = false

    mutating func answer(_ command: [UInt8]) -> Interview.Answer {
        guard command.count >= 2 else { return .value(features) }
        let type = command[1]
        let head: [UInt8] = [0xF0, command[0], type]
        switch command[0] {
        case 1:
            guard let offer = offers[type] else { return .says(head + [2], from: control) }
            guard isCut else { return .says(head + [0, 0] + offer, from: control) }
            return .sends([
                (head + [0, 1] + offer.prefix(5), control), ([0x99], control),
                (head + [0, 0] + offer.dropFirst(5), control),
            ])
        case 2:
            if isRunning.contains(type) { return .says(head + [6], from: control) }
            if let status = startStatus[type] { return .says(head + [status], from: control) }
            isRunning.insert(type)
            return .says(head + hex("00 00 05 01 00 00 80 3F"), from: control)
        case 3:
            isRunning.remove(type)
            return .says(head + [0, 0], from: control)
        default: return .says(head + [1], from: control)
        }
    }
}

@Suite struct PolarConversationTests {
    private func start(
        _ name: String, _ options: ProfileOptions = ProfileOptions(), _ device: MadeUpPolar
    ) throws -> (interview: Interview, device: MadeUpPolar) {
        let profile = try shipped(name).applying(options: options)
        var device = device
        let interview = Interview(profile.startConversation()) { device.answer($0) }
        return (interview, device)
    }

    @Test func theDescribedCommandsAreSent() throws {
        let (interview, device) = try start(
            "polar-h10", ProfileOptions(parameters: ["range": 2]), MadeUpPolar())
        #expect(interview.failure == nil)
        #expect(
            interview.written == [
                [], [1, 0], hex("02 00 00 01 82 00 01 01 0E 00"), [1, 2],
                hex("02 02 00 01 C8 00 01 01 10 00 02 01 02 00"),
            ])
        #expect(device.isRunning == [0, 2])
        #expect(
            interview.settings
                == hex("01 00 82 00 0E 00 00 80 3F 02 C8 00 10 00 00 80 3F"))
    }

    @Test func opticalPulseAndIntervals() throws {
        var sensor = MadeUpPolar()
        sensor.features = hex("0F 0E 00")
        sensor.offers[2] = hex("00 01 34 00 01 01 10 00 02 01 08 00 04 01 03")
        let (interview, _) = try start("polar-verity-sense", ProfileOptions(), sensor)
        #expect(interview.failure == nil)
        #expect(interview.written[2] == hex("02 01 00 01 37 00 01 01 16 00 04 01 04"))
        #expect(interview.written.last == [2, 3])
        // Firmware that says 135 and gives 55: it is asked for 135, and 55 is recorded.
        sensor.offers[1] = hex("00 01 87 00 01 01 16 00 04 01 04")
        let (old, _) = try start("polar-verity-sense", ProfileOptions(), sensor)
        #expect(old.failure == nil)
        #expect(old.written[2] == hex("02 01 00 01 87 00 01 01 16 00 04 01 04"))
        #expect(old.settings?.prefix(5) == [1, 1, 55, 0, 22])
    }

    @Test func answersInPartsArePutTogether() throws {
        var sensor = MadeUpPolar()
        sensor.isCut = true
        let (interview, _) = try start("polar-h10", ProfileOptions(rate: 50), sensor)
        #expect(interview.failure == nil)
        #expect(interview.written[4] == hex("02 02 00 01 32 00 01 01 10 00 02 01 04 00"))
    }

    @Test func whatRunsAlreadyIsStartedAnew() throws {
        var sensor = MadeUpPolar()
        sensor.isRunning = [0]
        let (interview, device) = try start("polar-h10", ProfileOptions(), sensor)
        #expect(interview.failure == nil)
        #expect(interview.written[3...4] == [[3, 0], hex("02 00 00 01 82 00 01 01 0E 00")])
        #expect(device.isRunning == [0, 2])
        // One that says so again and again is given up.
        let profile = try shipped("polar-h10")
        let stubborn = Interview(profile.startConversation()) { command in
            switch command.first {
            case nil: .value(hex("0F 05"))
            case 1: .says([0xF0, 1, command[1], 0, 0] + hex("00 01 82 00"))
            case 3: .says([0xF0, 3, command[1], 0])
            default: .says([0xF0, command[0], command[1], 6])
            }
        }
        #expect(stubborn.failure?.contains("already doing this") == true)
    }

    @Test func refusalsAreToldInWordsAndNothingKeepsRunning() throws {
        var sensor = MadeUpPolar()
        sensor.startStatus = [2: 13]
        let (interview, device) = try start("polar-h10", ProfileOptions(), sensor)
        #expect(interview.failure?.contains("charge") == true)
        #expect(device.isRunning.isEmpty)
        #expect(interview.written.last == [3, 0])
        sensor.startStatus = [0: 10]
        #expect(
            try start("polar-h10", ProfileOptions(), sensor).interview.failure?.contains("MTU")
                == true)
        sensor.startStatus = [0: 200]
        #expect(
            try start("polar-h10", ProfileOptions(), sensor).interview.failure?
                .contains("error 200") == true)
    }

    @Test func whatTheSensorDoesNotOfferIsAFailure() throws {
        var sensor = MadeUpPolar()
        sensor.offers[0] = hex("00 02 64 00 F4 01 01 01 0E 00")
        let rate = try start("polar-h10", ProfileOptions(), sensor).interview
        #expect(rate.failure?.contains("ECG with 100, 500 Hz, not with 130") == true)
        sensor = MadeUpPolar()
        sensor.features = hex("0F 04")
        let missing = try start("polar-h10", ProfileOptions(), sensor).interview
        #expect(missing.failure?.contains("does not measure ECG") == true)
        let range = try start(
            "polar-h10", ProfileOptions(parameters: ["range": 3]), MadeUpPolar()
        ).interview
        #expect(range.failure?.contains("2, 4, 8 as range, not with 3") == true)
        // ECG had been started by then, and was stopped.
        #expect(range.written.last == [3, 0])
    }

    @Test func silenceAndNonsenseEndInAFailure() throws {
        let profile = try shipped("polar-h10")
        let silent = Interview(profile.startConversation()) {
            $0.isEmpty ? .value(hex("0F 05")) : .nothing
        }
        #expect(silent.failure?.contains("did not answer") == true)
        let senseless = Interview(profile.startConversation()) { _ in .value([1, 2, 3]) }
        #expect(senseless.failure?.contains("found 01 02 03") == true)
        let refusing = Interview(profile.startConversation()) { _ in .refuses("not permitted") }
        #expect(refusing.failure?.contains("not permitted") == true)
        let empty = Interview(profile.startConversation()) { _ in .value([]) }
        #expect(empty.failure?.contains("found nothing") == true)
        // Everything but an answer: data of a stream, replies to other questions, rubbish.
        let noisy = Interview(profile.startConversation()) { command in
            command.isEmpty
                ? .value(hex("0F 05"))
                : .sends([
                    (ecgPacket([1, 2], time: 4), 1), (hex("F0 01 02 00 00"), 0), ([], 0),
                    ([0xF0], 0), (hex("F0 01 00 00 00"), 1),
                ])
        }
        #expect(noisy.failure?.contains("did not answer") == true)
    }

    @Test func aStreamThatStopsMeanwhileIsAFailure() throws {
        let profile = try shipped("polar-h10")
        var sensor = MadeUpPolar()
        let interview = Interview(profile.startConversation()) { command in
            command == [1, 2] ? .says([1, 0]) : sensor.answer(command)
        }
        #expect(interview.failure?.contains("stopped ECG by itself") == true)
        #expect(interview.written.last == [1, 2])
    }

    @Test func theEndStopsEveryStreamWhateverHappens() throws {
        let profile = try shipped("polar-verity-sense")
        let expected: [[UInt8]] = [[3, 1], [3, 2], [3, 3]]
        for answer in [
            Interview.Answer.nothing, .refuses("gone"), .says(hex("F0 03 01 00")), .says([7]),
        ] {
            let interview = Interview(profile.stopConversation()) { _ in answer }
            #expect(interview.written == expected)
            #expect(interview.settings == [])
        }
    }
}
