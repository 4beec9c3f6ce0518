import Declarations
import DeviceProfiles
import Foundation
import TestSupport
import Testing
import Timebase

private let lines = """
    name: sketch
    version: 1
    title: A sketch
    match:
      - properties: {ID_VENDOR_ID: "1a86"}
        generic: true
    transport: {serial: {baud: 9600}}
    framing:
      lines:
        records:
          - {fields: [a, b]}
    options: {rate: 10, channels: [a]}
    rates: [1, 10]
    streams:
      - name: s
        clock: arrival
        typicalDelayMilliseconds: 5
        delayUncertaintyMilliseconds: 5
        channels:
          - {source: a, conversion: reciprocal, parameters: {numerator: 2}}
          - {source: b, decimals: 2, minimum: 0, maximum: 5}
    start:
      - {sendText: "go"}
      - {expectHex: "0D 0a"}
    """

private func mistakes(_ text: String) -> [String] {
    do {
        _ = try DeviceProfile.read(text, file: "p.yaml")
        return []
    } catch {
        return error.errors.map(\.description)
    }
}

@Suite struct ProfileTests {
    @Test func everyShippedProfileIsRight() throws {
        let library = try ProfileLibrary.load(directory: profileDirectory)
        #expect(
            Set(library.profiles.map(\.name)).isSuperset(of: [
                "ad8232", "bangle-js", "bitalino", "bitalino-ble", "environmental-sensing",
                "grove-gsr", "heart-rate", "keyboard", "line-sketch", "max3010x", "nonin-3150",
                "pointer", "pulse-oximeter", "pulsesensor", "pulsesensor-visualiser", "thermometer",
            ]))
        // None of them opens anything by itself.
        let bridge = ["SUBSYSTEM": "tty", "ID_BUS": "usb", "ID_VENDOR_ID": "1a86"]
        #expect(library.candidates(for: bridge).count == 8)
        #expect(library.candidates(for: bridge).allSatisfy { $0.strength == .generic })
        #expect(library["keyboard"]?.transport == .input(.keyboard))
        #expect(library["keyboard"]?.framing == Framing.none)
        #expect(library["bitalino"]?.streams[0].counterModulus == 16)
        #expect(library["bitalino"]?.streams[0].channels.map(\.name) == ["ecg", "eda"])
        #expect(
            library["bitalino"]?.start == [
                .wait(milliseconds: 100), .send([0xFF]), .wait(milliseconds: 100), .send([0x07]),
                .expect(.line(start: "BITalino"), timeoutMilliseconds: 2000),
                .wait(milliseconds: 100), .send([0xC3]), .wait(milliseconds: 100), .send([0x19]),
            ])
        #expect(library["bitalino"]?.stop == [.wait(milliseconds: 100), .send([0x00])])
        #expect(library["pointer"]?.streams[0].channels.count == 4)
    }

    @Test func theExamplesOfTheDescriptionAreRight() throws {
        let path =
            profileDirectory.replacing("/Devices/profiles", with: "")
            + "/Protocols/formats/device-profile.md"
        let text = try String(contentsOfFile: path, encoding: .utf8)
        let examples = text.split(separator: "```").filter { $0.hasPrefix("yaml\nname:") }
            .map { String($0.dropFirst(5)) }
        #expect(examples.count == 2)
        for example in examples { #expect(mistakes(example).isEmpty) }
        let belt = try DeviceProfile.read(examples[1], file: "belt")
        let output = decode(packets: ["2C 01"], of: "breath", belt)
        #expect(output.streams[0].integers(0) == [300])
    }

    @Test func streamsWithoutAChosenChannelAreLeftOut() throws {
        let strap = try shipped("heart-rate")
            .applying(options: ProfileOptions(channels: ["rr"]))
        #expect(strap.streams.map(\.name) == ["rr"])
        let beats = decode(packets: ["10 3C 00 04", "10 3C 00"], of: "measurement", strap)
        #expect(beats.streams[0].integers(0) == [1024])
        #expect(beats.faults.map(\.cause) == [.length])
        let battery = decode(packets: ["57", "57 57"], of: "battery", strap)
        #expect(battery.streams[0].count == 0 && battery.faults.isEmpty)
        let watch = try shipped("bangle-js")
            .applying(options: ProfileOptions(channels: ["rate"]))
        let text = "\n{\"t\":\"act\",\"hrm\":70}\n{\"t\":\"accel\",\"accel\":{\"x\":1}}\n"
        let seconds = decode(Array(text.utf8), watch)
        #expect(seconds.streams.map(\.count) == [1] && seconds.faults.isEmpty)
        let pulse = try shipped("pulsesensor-visualiser")
            .applying(options: ProfileOptions(channels: ["bpm"]))
        let lines = decode(Array("\nS512\nB70\nQ800\nX\n".utf8), pulse)
        #expect(lines.streams[0].integers(0) == [70])
        #expect(lines.faults.map(\.cause) == [.unparsable])
    }

    @Test func aStationsOptionsAreLaidOver() throws {
        let profile = try shipped("bitalino")
        let changed = try profile.applying(
            options: ProfileOptions(
                rate: 100, channels: ["I1", "A1", "A3"], sensors: ["A1": "ecg"], baud: 57600))
        #expect(changed.streams[0].rate == 100)
        #expect(changed.streams[0].channels.map(\.name) == ["ecg", "eda", "i1"])
        #expect(changed.transport == .serial(SerialSettings(baud: 57600)))
        #expect(changed.start[6] == .send([0x83]))
        #expect(changed.start[8] == .send([0b0001_0101]))
        // Options laid over again start from the file's own.
        let again = try changed.applying(options: ProfileOptions(rate: 10))
        #expect(again.streams[0].channels.map(\.name) == ["ecg", "eda"])

        func refused(_ options: ProfileOptions) -> String? {
            do {
                _ = try profile.applying(options: options)
                return nil
            } catch {
                return error.description
            }
        }
        #expect(
            refused(ProfileOptions(rate: 500))
                == "rate: expected one of 1, 10, 100, 1000, found 500")
        #expect(
            refused(ProfileOptions(channels: ["A9"]))?.hasPrefix("channels.0: expected one of A1")
                == true)
        #expect(
            refused(ProfileOptions(channels: ["I1"]))
                == "channels: expected at least one of A1 to A6")
        #expect(refused(ProfileOptions(channels: [])) != nil)
        #expect(refused(ProfileOptions(sensors: ["A2": "x"]))?.hasPrefix("sensors.A2: ") == true)
        #expect(
            refused(ProfileOptions(sensors: ["B2": "ecg"]))
                == "sensors.B2: there is no channel 'B2'")
        #expect(refused(ProfileOptions(parameters: ["q": 1]))?.hasPrefix("parameters.q: ") == true)
        #expect(refused(ProfileOptions(baud: 1)) == "baud: expected 50 to 4000000, found 1")
    }

    @Test(
        arguments: [
            ("name: sketch", "name: a sketch", "p.yaml:1:7: name: expected a name of letters"),
            ("version: 1", "version: 0", "p.yaml:2:10: version: expected 1 or more, found 0"),
            (
                "    generic: true\n", "",
                "p.yaml:5:32: match[0].properties.ID_VENDOR_ID: 1a86 (CH340) names only the USB bridge"
            ),
            ("baud: 9600", "baud: 1", "p.yaml:7:28: transport.serial.baud: expected 50 to 4000000"),
            (
                "baud: 9600", "bauds: 9600",
                "p.yaml:7:21: transport.serial.baud: expected a whole number"
            ),
            ("serial: {baud: 9600}", "usb: 1", "p.yaml:7:13: transport.usb: there is no such key"),
            (
                "lines:", "line:",
                "p.yaml:9:3: framing.line: there is no such key; did you mean 'lines'?"
            ),
            (
                "{fields: [a, b]}", "{pattern: a}",
                "p.yaml:11:19: framing.lines.records[0].pattern: expected at least one {field}"
            ),
            (
                "{fields: [a, b]}", "{pattern: '{a}{b}'}",
                "p.yaml:11:19: framing.lines.records[0].pattern: expected text between {a} and {b}"
            ),
            (
                "{fields: [a, b]}", "{fields: [b]}",
                "p.yaml:20:18: streams[0].channels[0].source: expected one of the fields b, found 'a'"
            ),
            (
                "rate: 10,", "rate: 11,",
                "p.yaml:12:17: options.rate: expected one of 1, 10, found 11"
            ),
            (
                "channels: [a]", "channels: [x]",
                "p.yaml:12:32: options.channels[0]: expected one of a, b, found 'x'"
            ),
            (
                "clock: arrival", "clock: counter",
                "p.yaml:16:12: streams[0].clock: expected arrival with this framing, found counter"
            ),
            (
                "clock: arrival", "clock: sundial",
                "p.yaml:16:12: streams[0].clock: expected one of counter, arrival, stamped, found 'sundial'"
            ),
            (
                "typicalDelayMilliseconds: 5", "typicalDelayMilliseconds: -5",
                "p.yaml:17:31: streams[0].typicalDelayMilliseconds: expected 0 to 86400000, found -5"
            ),
            (
                "conversion: reciprocal", "conversion: magic",
                "p.yaml:20:33: streams[0].channels[0].conversion: expected one of grove-gsr"
            ),
            (
                "numerator: 2", "denominator: 2",
                "p.yaml:20:71: streams[0].channels[0].parameters.denominator: reciprocal has no such parameter"
            ),
            (
                "decimals: 2", "number: decimal",
                "p.yaml:21:29: streams[0].channels[1].number: expected one of integer, decimals, real"
            ),
            (
                "sendText: \"go\"", "command: go",
                "p.yaml:23:15: start[0].command: this framing has no commands"
            ),
            (
                "expectHex: \"0D 0a\"", "expectHex: 0Dx",
                "p.yaml:24:17: start[1].expectHex: expected bytes as two hexadecimal digits"
            ),
            (
                "expectHex: \"0D 0a\"", "waitMilliseconds: 5, sendHex: 00",
                "p.yaml:24:5: start[1]: expected exactly one of command"
            ),
        ])
    func everyMistakeHasItsPlace(_ right: String, _ wrong: String, _ message: String) {
        #expect(mistakes(lines).isEmpty)
        let found = mistakes(lines.replacing(right, with: wrong))
        #expect(found.contains { $0.hasPrefix(message) }, "\(found)")
    }

    @Test(
        arguments: [
            (
                "length: 18", "length: 17",
                "checksum.at: expected 0 to 15 in a frame of 17 bytes, found 16"
            ),
            ("type: u8}", "type: s8}", "counter.type: expected u8, u16, u24 or u32, found s8"),
            (
                "at: 6, type: s8, count: 2", "at: 6, type: s8, count: 3",
                "fields[1].count: expected 2 as in the stream's other fields, found 3"
            ),
            (
                "at: 3, type: s24, count: 2", "at: 12, type: s24, count: 2",
                "fields[0].at: expected 0 to 11 in a frame of 18 bytes, found 12"
            ),
            (
                "sync: [0xA5, 0x5A]", "sync: [0xA5, 300]",
                "sync[1]: expected a whole number from 0 to 255, found '300'"
            ),
            (
                "counter: {at: 2, type: u8}", "",
                "clock: expected arrival, since the frames have no counter"
            ),
            (
                "source: left", "source: middle",
                "source: expected one of the fields left, right, temperature, found 'middle'"
            ),
        ])
    func mistakesInFrames(_ right: String, _ wrong: String, _ message: String) {
        let found = mistakes(frameProfileText.replacing(right, with: wrong))
        #expect(found.contains { $0.contains(message) }, "\(found)")
    }

    @Test func aMissingValueNeedsAReal() {
        let text = lines.replacing(
            "- {fields: [a, b]}\n",
            with:
                "- {fields: [a, b]}\n    markers:\n      - {text: \"!\", means: leadsOff, missing: true}\n"
        )
        #expect(
            mistakes(text).contains { $0.contains("markers[0].missing: expected number: real") })
    }

    @Test func aLibraryGathersTheMistakesOfAllFiles() throws {
        let directory = try TemporaryDirectory()
        try lines.write(toFile: directory.file("sketch.yaml"), atomically: true, encoding: .utf8)
        #expect(try ProfileLibrary.load(directory: directory.path).profiles.count == 1)
        try lines.write(toFile: directory.file("other.yaml"), atomically: true, encoding: .utf8)
        try "name: [".write(toFile: directory.file("bad.yaml"), atomically: true, encoding: .utf8)
        let error = #expect(throws: DeclarationErrors.self) {
            try ProfileLibrary.load(directory: directory.path)
        }
        #expect(error?.errors.count == 2)
        #expect(
            error?.errors.last?.description
                == directory.file("other.yaml")
                + ":1:7: name: expected other as the file is called, found sketch")
    }

    @Test func matchesNeedEveryProperty() {
        let match = ProfileMatch(
            properties: ["ID_VENDOR_ID": "0403", "ID_SERIAL_SHORT": "AB*"], isGeneric: false)
        #expect(match.matches(["ID_VENDOR_ID": "0403", "ID_SERIAL_SHORT": "AB12"]))
        #expect(!match.matches(["ID_VENDOR_ID": "0403"]))
        #expect(!match.matches(["ID_VENDOR_ID": "0403", "ID_SERIAL_SHORT": "CD"]))
        #expect(!ProfileMatch(properties: [:], isGeneric: false).matches(["A": "b"]))
    }

    @Test func repliesAreFoundAmongOtherBytes() {
        var line = ReplyMatcher(.line(start: "BITalino"))
        #expect(line.take([0x2C, 10, 0xA8] + Array("BITa".utf8)) == nil)
        #expect(line.take(Array("lino_v5.1\r".utf8)) == nil)
        #expect(line.take([10, 1, 2]) == Array("BITalino_v5.1".utf8))
        var bytes = ReplyMatcher(.bytes([1, 2]))
        #expect(bytes.take([0, 1]) == nil)
        #expect(bytes.take([2]) == [1, 2])
        var count = ReplyMatcher(.count(3))
        #expect(count.take([UInt8]()) == nil)
        #expect(count.take([1, 2, 3, 4]) == [1, 2, 3])
        var flooded = ReplyMatcher(.bytes([9]))
        for _ in 0..<100 { #expect(flooded.take([UInt8](repeating: 0, count: 1000)) == nil) }
        #expect(flooded.take([9]) == [9])
    }
}
