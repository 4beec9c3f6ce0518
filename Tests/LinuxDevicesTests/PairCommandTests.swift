import Foundation
import LinuxDevices
import Testing

@Suite("attune devices pair", .serialized)
struct PairCommandTests {
    private func run(
        _ stand: BlueZStand, _ arguments: [String], answer: String = ""
    ) throws -> (text: String, status: Int32) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: Helper.attune)
        process.arguments = ["devices", "pair", "--bus", stand.address] + arguments
        let output = Pipe()
        let input = Pipe()
        process.standardOutput = output
        process.standardError = output
        process.standardInput = input
        try process.run()
        try input.fileHandleForWriting.write(contentsOf: Data(answer.utf8))
        try input.fileHandleForWriting.close()
        let said = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (String(decoding: said, as: UTF8.self), process.terminationStatus)
    }

    @Test("Lists what is near, pairs after a yes, not after a no, and forgets")
    func wholeWay() throws {
        let device = BluetoothPairingTests.device(
            #""pairing": {"method": "confirm", "passkey": 4711}"#)
        let stand = try BlueZStand(devices: "[\(device)]")
        defer { stand.close() }
        try stand.wait { stand.has("ready", "1") || stand.has("ready", "true") }
        let first = BlueZStand.address(1)
        let listed = try run(stand, ["--seconds", "2"])
        #expect(listed.status == 0 && listed.text.contains("\(first)  Strap 1"))
        // Sensors of both kinds are listed.
        try stand.sync()
        #expect(stand.lines.contains { $0["filter"] != nil && $0["transport"] != "le" })

        let refused = try run(stand, [first], answer: "n\n")
        #expect(refused.status == 1 && refused.text.contains("Does the device show 004711?"))
        #expect(refused.text.contains("Authentication Rejected"))
        // Nobody there to answer is a no.
        #expect(try run(stand, [first]).status == 1)
        try stand.sync()
        #expect(!stand.has("paired", first))

        let paired = try run(stand, [first.lowercased()], answer: "yes\n")
        #expect(paired.status == 0 && paired.text.contains("\(first) is paired"))
        try stand.sync()
        #expect(stand.has("paired", first))
        let forgotten = try run(stand, [first, "--forget"])
        #expect(forgotten.status == 0 && forgotten.text.contains("is forgotten"))
        let absent = try run(stand, [BlueZStand.address(9), "--seconds", "1"])
        #expect(absent.status == 1 && absent.text.contains("is not in sight"))
        stand.killAll()
        let nothing = try run(stand, ["--seconds", "1"])
        #expect(nothing.status == 1 && nothing.text.contains("message bus does not answer"))
    }
}
