import DeviceProfiles
import Testing
import Timebase

private let profileText = """
    name: watch
    version: 1
    title: A watch
    transport: {serial: {baud: 9600}}
    framing:
      json:
        maximumLength: 200
        discardFirst: false
        records:
          - {stream: a, where: {t: a, "who.name": "x\\"y"}, missing: {"in.r": [-1]}}
          - {stream: b}
    streams:
      - name: a
        rate: 1
        clock: arrival
        typicalDelayMilliseconds: 5
        delayUncertaintyMilliseconds: 5
        channels:
          - {source: whole}
          - {source: in.r, number: real}
          - {source: d, decimals: 2}
      - name: b
        rate: 1
        clock: arrival
        typicalDelayMilliseconds: 5
        delayUncertaintyMilliseconds: 5
        channels: [{source: on}]
    """

@Suite struct JSONTests {
    private func run(_ text: String) throws -> DecodedOutput {
        decode(Array(text.utf8), try DeviceProfile.read(profileText, file: "p"))
    }

    @Test func readsMembersByTheirPaths() throws {
        let who = #""who":{"name":"x\u0022y"}"#
        let output = try run(
            #"{"t":"a",\#(who),"whole":-5,"in":{"r":1.5e-1},"d":2.5}"# + "\n"
                + #" { "t" : "a" , \#(who), "whole" : 6, "d": 0, "in": {"r": null} } "# + "\r\n"
                + #"{"t":"a",\#(who),"whole":7,"in":{"r":-1},"d":0.01,"l":[1,{"whole":9},[]]}"#
                + "\n" + #"{"on":true}"# + "\n")
        #expect(output.faults.isEmpty)
        #expect(output.streams[0].integers(0) == [-5, 6, 7])
        #expect(output.streams[0].reals(1)[0] == 0.15)
        #expect(output.streams[0].reals(1)[1].isNaN && output.streams[0].reals(1)[2].isNaN)
        #expect(output.streams[0].integers(2) == [250, 0, 1])
        #expect(output.streams[1].integers(0) == [1])
    }

    @Test(
        arguments: [
            #"{"on":1"#, #"{"on":1}}"#, #"{"on":01}"#, #"{"on":1.}"#, #"{"on":1e}"#, #"{"on":-}"#,
            #"{"on":"1"}"#, #"{"on":1.5}"#, #"{"on":99999999999999999999}"#, #"{on:1}"#, "[1]", "1",
            #"{"on":tru}"#, #"{"on":"\x"}"#, #"{"on":"\u12"}"#, #"{"of":1}"#, #"{"on":1,}"#,
            #"{"on":[1,]}"#, #"{"on":{"a":1}"#, "{", "}", #"{"on":null}"#,
            #"{"t":"a","who":{"name":"x\"y"},"whole":1,"d":0.001}"#,
            String(repeating: #"{"a":"#, count: 30) + "1" + String(repeating: "}", count: 30),
        ])
    func whatIsNoneIsTold(_ line: String) throws {
        let output = try run(line + "\n" + #"{"on":3}"# + "\n")
        #expect(output.streams[1].integers(0) == [3])
        #expect(output.streams[0].count == 0)
        #expect(output.faults.map(\.cause) == [.unparsable])
        #expect(output.faults.first?.bytes == line.utf8.count)
    }

    @Test func otherTalkCanBePassedOver() throws {
        let profile = try shipped("bangle-js")
        let text =
            "half\n>\u{1B}[J{\"t\":\"act\",\"stp\":3,\"hrm\":71,\"rt\":1}\r\nhello\n"
            + "{\"t\":\"status\",\"bat\":80}\n{\"t\":\"act\",\"stp\":0,\"hrm\":0}\n{\"t\":\"act\"\n"
            + "{\"t\":\"accel\",\"accel\":{\"x\":0.5,\"y\":-1,\"z\":0,\"mag\":1.1}}\n"
        let output = decode(Array(text.utf8), profile)
        #expect(output.streams[0].reals(0)[0] == 71 && output.streams[0].reals(0)[1].isNaN)
        #expect(output.streams[0].integers(1) == [3, 0])
        #expect((0..<4).map { output.streams[1].reals($0) } == [[0.5], [-1], [0], [1.1]])
        #expect(output.faults.map(\.cause) == [.partial, .unparsable])
    }

    @Test func theWatchIsAskedInPiecesOfAPacket() throws {
        let profile = try shipped("bangle-js")
        func text(_ steps: [DialogueStep]) -> String {
            steps.map { step -> String in
                guard case .write(let bytes, characteristic: 1) = step, bytes.count <= 20 else {
                    return "?"
                }
                return String(decoding: bytes, as: UTF8.self)
            }.joined()
        }
        #expect(
            text(profile.start) == "\u{10}GB({\"t\":\"act\",\"hrm\":true,\"stp\":true,\"int\":1})\n"
        )
        #expect(text(profile.stop) == "\u{10}GB({\"t\":\"act\",\"hrm\":false,\"stp\":false})\n")
    }
}
