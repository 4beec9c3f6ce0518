import DeviceProfiles
import Testing
import Timebase

/// A Shimmer's answers, made up from the description.
private struct MadeUpShimmer {
    var hardware: UInt8 = 3
    var firmware: [UInt8] = hex("03 00 00 00 0F 04")
    var divider: [UInt8] = [0x40, 0x00]
    var range: UInt8 = 0
    var ids: [UInt8] = []
    /// Bytes at a time.
    var pieces = 100
    var hasStatus = false

    mutating func answer(_ command: [UInt8]) -> Interview.Answer {
        var bytes: [UInt8] = hasStatus ? [0xFF, 0x8A, 0x71, 0x02, 0xFF] : [0xFF]
        switch command.first ?? 0 {
        case 0x3F: bytes += [0x25, hardware]
        case 0x2E: bytes += [0x2F] + firmware
        case 0x05: divider = Array(command.dropFirst())
        case 0x08:
            let bits = Int(command[1]) | Int(command[2]) << 8 | Int(command[3]) << 16
            ids = (bits & 0x100 != 0 ? [0x12] : []) + (bits & 4 != 0 ? [0x1C] : [])
        case 0x21: range = command[1]
        case 0x01:
            bytes +=
                [0x02] + divider + [0x01, 0xFF, 0x01, 0x09 & 0xF1 | range << 1]
                + [UInt8(ids.count), 1] + ids
        case 0x07: bytes += [0x00, 1, 2, 3, 4]
        default: break
        }
        return .sends(
            stride(from: 0, to: bytes.count, by: pieces).map {
                (Array(bytes[$0..<min($0 + pieces, bytes.count)]), 0)
            })
    }
}

/// The check behind an acknowledgement.
private let shimmerAcknowledgementCheck = 0x65F4

@Suite struct ShimmerConversationTests {
    private func start(
        _ options: ProfileOptions = ProfileOptions(), _ device: MadeUpShimmer
    ) throws -> Interview {
        let profile = try shipped("shimmer3-gsr").applying(options: options)
        var device = device
        return Interview(profile.startConversation()) { device.answer($0) }
    }

    @Test(arguments: [1, 2, 100])
    func theDescribedCommandsAreSent(_ pieces: Int) throws {
        var device = MadeUpShimmer()
        device.pieces = pieces
        let interview = try start(ProfileOptions(), device)
        #expect(interview.failure == nil)
        #expect(
            interview.written
                == ["20", "3F", "2E", "A3 00", "05 40 00", "08 04 00 00", "21 04", "01", "07"]
                .map(hex))
        #expect(interview.settings == hex("01 03 00 02 40 00 01 FF 01 09 01 01 1C"))
        // What was received behind the last acknowledgement is the stream's beginning.
        if pieces == 100 { #expect(interview.leftover == [0, 1, 2, 3, 4]) }
        var decoder = try shipped("shimmer3-gsr").makeDecoder()
        decoder.configure(try #require(interview.settings))
    }

    @Test func olderFirmwareOtherSensorsAndAStatusInBetween() throws {
        var device = MadeUpShimmer()
        device.firmware = hex("03 00 00 00 0F 03")
        device.hasStatus = true
        let interview = try start(
            ProfileOptions(
                rate: 128, channels: ["gsr", "pulse"], parameters: ["range": 1, "checksumBytes": 2]),
            device)
        #expect(interview.failure == nil)
        #expect(
            interview.written
                == [
                    "20", "3F", "2E", "05 00 01", "08 04 01 00", "21 01", "5E 01", "01", "8B 02",
                    "07",
                ].map(hex))
        #expect(interview.settings?.prefix(6) == hex("01 03 02 02 00 01")[...])
    }

    @Test(arguments: [1, 2, 100])
    func theCheckOfAnAcknowledgementIsNoPartOfTheStream(_ pieces: Int) throws {
        var device = MadeUpShimmer()
        let profile = try shipped("shimmer3-gsr").applying(
            options: ProfileOptions(parameters: ["checksumBytes": 2]))
        let interview = Interview(profile.startConversation()) { command in
            guard command == [7] || command == [0x8B, 2] else { return device.answer(command) }
            // CRC-16 of FF 00 from 0xB0CA.
            let bytes = [0xFF] + little(shimmerAcknowledgementCheck, bytes: 2)
            let stream = command == [7] ? shimmerPackets(0..<1, checksum: 2) : []
            return .sends(
                stride(from: 0, to: 3, by: pieces).map {
                    (Array(bytes[$0..<min($0 + pieces, 3)]), 0)
                } + [(stream, 0)])
        }
        #expect(interview.failure == nil)
        #expect(shimmerPackets(0..<1, checksum: 2).starts(with: interview.leftover))
        // And one that ends with it.
        let brief = Interview(profile.startConversation()) { command in
            command == [7] ? .says([0xFF]) : device.answer(command)
        }
        #expect(brief.failure == nil && brief.settings != nil)
    }

    @Test func firmwareThatDoesNotKnowThePowerOfTheInputs() throws {
        var device = MadeUpShimmer()
        let profile = try shipped("shimmer3-gsr").applying(
            options: ProfileOptions(channels: ["gsr", "pulse"]))
        let interview = Interview(profile.startConversation()) { command in
            command[0] == 0x5E ? .nothing : device.answer(command)
        }
        #expect(interview.failure == nil && interview.written.last == [7])
    }

    @Test func aDeviceThatStillSendsIsSilencedFirst() throws {
        var device = MadeUpShimmer()
        let profile = try shipped("shimmer3-gsr")
        let interview = Interview(
            profile.startConversation(), waiting: [(shimmerPackets(0..<50), 0)]
        ) { device.answer($0) }
        #expect(interview.failure == nil)
        let endless = Interview(
            profile.startConversation(),
            waiting: (0..<200).map { _ in ([UInt8](repeating: 0, count: 1000), 0) }
        ) { device.answer($0) }
        #expect(endless.failure?.contains("does not stop") == true)
    }

    @Test func whatIsWrongIsTold() throws {
        var device = MadeUpShimmer()
        device.hardware = 10
        #expect(try start(ProfileOptions(), device).failure?.contains("no Shimmer3") == true)
        let profile = try shipped("shimmer3-gsr")
        let silent = Interview(profile.startConversation()) { _ in .nothing }
        #expect(silent.failure?.contains("which device it is") == true)
        let refusing = Interview(profile.startConversation()) { _ in .refuses("gone") }
        #expect(refusing.failure == "gone")
        let garbage = Interview(profile.startConversation()) { _ in
            .says([0x8A, 0x8A, 0x25, 0x03, 0, 1, 2])
        }
        #expect(garbage.failure?.contains("no answer") == true)
        // Another rate, other channels than were asked for, and no inquiry at all.
        for (answer, words) in [
            ("FF 02 80 00 01 FF 01 09 01 01 1C", "every 128 ticks"),
            ("FF 02 40 00 01 FF 01 09 01 01 12", "does not send gsr"),
            ("FF 02 40 00 01 FF 01 09 00 01", "makes no sense"),
            ("FF 02 40 00 01 FF 01 09 01 01 99", "makes no sense"),
        ] {
            var device = MadeUpShimmer()
            let interview = Interview(profile.startConversation()) { command in
                command == [1] ? .says(hex(answer)) : device.answer(command)
            }
            #expect(interview.failure?.contains(words) == true)
        }
    }

    @Test func theEndStops() throws {
        let interview = Interview(try shipped("shimmer3-gsr").stopConversation()) { _ in .nothing }
        #expect(interview.written == [[0x20]])
        #expect(interview.settings == [])
    }
}
