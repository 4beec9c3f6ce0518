import CSystemCalls
import Glibc
import ServiceManagement
import SystemCalls
import TestSupport
import Testing

@testable import Recording

@Suite("Descriptors that stayed open")
struct KeptDescriptorsTests {
    private func pipe() throws -> (reading: Int32, writing: Int32) {
        var ends: (reading: Int32, writing: Int32) = (-1, -1)
        try systemCall("pipe2") { unsafe attune_pipe(&ends.reading, &ends.writing) }
        return ends
    }

    @Test("Names hold what is permitted alone, and tell devices apart")
    func names() {
        #expect(DescriptorName.of("chest", kind: "serial") == "device.serial.chest")
        #expect(
            DescriptorName.of("ein: Gerät", kind: "keyboard")
                == "device.keyboard.ein%3A%20Ger%C3%A4t")
        let long = String(repeating: "long", count: 100)
        let names = ["\(long)1", "\(long)2"].map { DescriptorName.of($0, kind: "serial") }
        #expect(names[0] != names[1])
        #expect(names.allSatisfy { $0.utf8.count <= 255 && DescriptorName.isDevice($0) })
        #expect(!DescriptorName.isDevice("attuned.socket"))
    }

    @Test("What is dead, or nobody's, is closed; the rest is handed over once")
    func taking() throws {
        let live = try pipe()
        let dead = try pipe()
        let other = try pipe()
        close(dead.writing)
        let kept = KeptDescriptors([
            InheritedDescriptor(name: "device.serial.live", number: live.reading),
            InheritedDescriptor(name: "device.serial.dead", number: dead.reading),
            InheritedDescriptor(name: "device.serial.other", number: other.reading),
        ])
        #expect(kept.has("device.serial.live") && !kept.has("device.serial.dead"))
        // A pipe without a reader tells its writer.
        let taken = kept.take("device.serial.live")?.release()
        #expect(taken == live.reading)
        let again = kept.take("device.serial.live")?.release()
        #expect(again == nil)
        #expect(kept.closeRest() == ["device.serial.other"])
        #expect(!KeptDescriptors.isAlive(other.writing), "its reading end is closed")
        #expect(KeptDescriptors.isAlive(live.writing))
        for number in [live.reading, live.writing, other.writing] { close(number) }
    }

    @Test("A descriptor is compared with what stands at the path now")
    func sameness() throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("pipe")
        try systemCall("mkfifo") { unsafe mkfifo(path, 0o600) }
        let first = try FileDescriptor(opening: path, flags: O_RDWR)
        #expect(KeptDescriptors.isSame(first.number, path))
        try FileSystem.remove(path)
        #expect(!KeptDescriptors.isSame(first.number, path))
        try systemCall("mkfifo") { unsafe mkfifo(path, 0o600) }
        #expect(!KeptDescriptors.isSame(first.number, path))
        let null = try FileDescriptor(opening: "/dev/null", flags: O_RDONLY)
        #expect(KeptDescriptors.isSame(null.number, "/dev/null"))
        #expect(!KeptDescriptors.isSame(null.number, "/dev/zero"))
    }
}
