import Declarations
import DeviceProfiles
import Testing

private let lines = """
    name: strap
    version: 1
    title: A strap
    match:
      - bluetooth: {name: "Strap*", services: [180d], manufacturer: 0x006B}
    transport:
      bluetooth:
        characteristics:
          - {name: text, uuid: 6e400003-B5A3-f393-e0a9-e50e24dcca9e, subscribe: acquire}
          - {name: control, uuid: 2a39}
          - {name: maker, uuid: 2a29, optional: true}
    framing: {lines: {records: [{fields: [a]}]}}
    streams:
      - name: s
        rate: 10
        clock: arrival
        typicalDelayMilliseconds: 5
        delayUncertaintyMilliseconds: 5
        channels: [{source: a}]
    start:
      - {read: maker}
      - {write: control, sendHex: "02 00"}
      - {expectFrom: text, expectHex: "F0", timeoutMilliseconds: 2000}
      - {expectLine: "ok"}
    stop:
      - {write: control, sendText: "x"}
    """

private func mistakes(_ text: String) -> [String] {
    do {
        _ = try DeviceProfile.read(text, file: "p.yaml")
        return []
    } catch {
        return error.errors.map(\.description)
    }
}

@Suite struct BluetoothProfileTests {
    @Test func readsCharacteristicsMatchesAndSteps() throws {
        let profile = try DeviceProfile.read(lines, file: "p.yaml")
        let base = "-0000-1000-8000-00805f9b34fb"
        #expect(
            profile.transport
                == .bluetooth(
                    BluetoothSettings(characteristics: [
                        BluetoothCharacteristic(
                            name: "text", uuid: "6e400003-b5a3-f393-e0a9-e50e24dcca9e",
                            subscription: .acquire),
                        BluetoothCharacteristic(name: "control", uuid: "00002a39" + base),
                        BluetoothCharacteristic(
                            name: "maker", uuid: "00002a29" + base, isOptional: true),
                    ])))
        #expect(
            profile.start == [
                .read(characteristic: 2, isOptional: true), .write([2, 0], characteristic: 1),
                .expect(.bytes([0xF0]), timeoutMilliseconds: 2000, characteristic: 0),
                .expect(.line(start: "ok"), timeoutMilliseconds: 1000),
            ])
        #expect(profile.stop == [.write([120], characteristic: 1)])
        let service = ["0000180d" + base]
        #expect(
            profile.strength(name: "Strap 7", services: service, manufacturers: [1, 0x6B])
                == .exact)
        #expect(profile.strength(name: "Strap 7", services: service, manufacturers: []) == .none)
        #expect(profile.strength(name: nil, services: service, manufacturers: [0x6B]) == .none)
        #expect(profile.strength(name: "Strap", services: [], manufacturers: [0x6B]) == .none)
    }

    @Test(
        arguments: [
            (
                "bluetooth: {name: \"Strap*\", services: [180d], manufacturer: 0x006B}",
                "properties: {ID_VENDOR_ID: \"2341\"}",
                "p.yaml:5:17: match[0].properties: expected the key bluetooth instead, since the transport is bluetooth"
            ),
            (
                "bluetooth: {name: \"Strap*\", services: [180d], manufacturer: 0x006B}",
                "generic: true",
                "p.yaml:5:5: match[0]: expected exactly one of the keys properties, bluetooth"
            ),
            (
                "services: [180d]", "services: [180]",
                "p.yaml:5:44: match[0].bluetooth.services[0]: expected a UUID of 4 or 8 hexadecimal digits, or 32 with dashes, found '180'"
            ),
            (
                "manufacturer: 0x006B", "manufacturer: 0x1006B",
                "p.yaml:5:65: match[0].bluetooth.manufacturer: expected a whole number from 0 to 65535, found '0x1006B'"
            ),
            (
                "{name: \"Strap*\", services: [180d], manufacturer: 0x006B}", "{services: []}",
                "p.yaml:5:16: match[0].bluetooth: expected at least one of the keys name, services, manufacturer"
            ),
            (
                "\"Strap*\"", "\"*\"",
                "p.yaml:5:23: match[0].bluetooth.name: expected a name, such as 'Polar H10*', found '*'"
            ),
            (
                "uuid: 2a39", "uuid: xyz",
                "p.yaml:10:31: transport.bluetooth.characteristics[1].uuid: expected a UUID of 4 or 8 hexadecimal digits, or 32 with dashes, found 'xyz'"
            ),
            (
                "uuid: 2a39", "uuid: 2A29",
                "p.yaml:11:29: transport.bluetooth.characteristics[2].uuid: 'control' has the same UUID"
            ),
            (
                "name: maker, uuid", "name: text, uuid",
                "p.yaml:11:16: transport.bluetooth.characteristics[2].name: 'text' is the name of two characteristics"
            ),
            (
                "subscribe: acquire", "subscribe: indicate",
                "p.yaml:9:77: transport.bluetooth.characteristics[0].subscribe: expected one of none, notify, acquire, found 'indicate'"
            ),
            (
                ", subscribe: acquire", "",
                "p.yaml:9:7: transport.bluetooth.characteristics: expected at least one characteristic with subscribe: notify or acquire, since nothing is received otherwise"
            ),
            (
                "uuid: 2a39", "uuid: 2a39, subscribe: notify",
                "p.yaml:9:7: transport.bluetooth.characteristics: expected one characteristic with subscribe, since the framing lines reads one stream of bytes, found 2"
            ),
            (
                "optional: true", "must: true",
                "p.yaml:11:35: transport.bluetooth.characteristics[2].must: there is no such key"
            ),
            (
                "  bluetooth:\n", "  serial: {baud: 9600}\n  bluetooth:\n",
                "p.yaml:7:3: transport: expected exactly one of the keys serial, bluetooth, input"
            ),
            (
                "write: control, sendHex", "write: ctrl, sendHex",
                "p.yaml:22:13: start[1].write: expected one of the characteristics text, control, maker, found 'ctrl'"
            ),
            (
                "write: control, sendHex", "sendHex",
                "p.yaml:22:5: start[1]: expected the key write with the name of a characteristic, since the device is a Bluetooth one"
            ),
            (
                "expectFrom: text", "expectFrom: control",
                "p.yaml:23:18: start[2].expectFrom: expected a characteristic with subscribe, since 'control' says nothing without it"
            ),
            (
                "{expectLine: \"ok\"}", "{expectLine: \"ok\", write: control}",
                "p.yaml:24:31: start[3].write: expected only beside command, sendHex or sendText"
            ),
            (
                "read: maker", "read: marker",
                "p.yaml:21:12: start[0].read: expected one of the characteristics text, control, maker, found 'marker'"
            ),
        ])
    func everyMistakeHasItsPlace(_ right: String, _ wrong: String, _ message: String) {
        #expect(mistakes(lines).isEmpty)
        #expect(lines.contains(right))
        let found = mistakes(lines.replacing(right, with: wrong))
        #expect(found.contains { $0.hasPrefix(message) }, "\(found)")
    }

    @Test func aScriptReadsWritesAndListensToOneCharacteristic() throws {
        let profile = try DeviceProfile.read(lines, file: "p.yaml")
        var talk = profile.startConversation()
        #expect(talk.next(.begun) == .read(characteristic: 2))
        #expect(talk.next(.value([65, 66])) == .write([2, 0], characteristic: 1))
        #expect(talk.next(.done) == .receive(milliseconds: 2000))
        #expect(
            talk.next(.received([0xF0], characteristic: 1))
                == .receive(milliseconds: 2000, isContinued: true))
        #expect(
            talk.next(.received([0xF0], characteristic: 0)) == .receive(milliseconds: 1000))
        #expect(
            talk.next(.received([111, 107, 10], characteristic: 0))
                == .finished(settings: [2, 2, 0, 65, 66], leftover: []))
        let values = ReadValues.values(in: [2, 2, 0, 65, 66])
        #expect(values.map(\.characteristic) == [2] && values.map(\.bytes) == [[65, 66]])
        #expect(ReadValues.values(in: [2, 3, 0, 65, 66]).isEmpty)
        #expect(ReadValues.values(in: [2, 1, 0, 65, 66]).isEmpty)
        // A characteristic that may be absent may also refuse.
        var other = profile.startConversation()
        _ = other.next(.begun)
        #expect(other.next(.refused("no")) == .write([2, 0], characteristic: 1))
        #expect(other.next(.refused("not permitted")) == .failed("not permitted"))
    }
}
