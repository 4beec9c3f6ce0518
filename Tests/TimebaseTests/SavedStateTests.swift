import Testing
import Timebase

@Suite struct SavedStateTests {
    @Test func whatWasWrittenIsReadBack() throws {
        var writer = StateWriter()
        writer.write(UInt8(7))
        writer.write(Int64(-3))
        writer.write(1.5)
        writer.write(true)
        writer.write("µS")
        var reader = StateReader(writer.bytes)
        try reader.expectVersion(7)
        #expect(try reader.read(Int64.self) == -3)
        #expect(try reader.read(Double.self) == 1.5)
        #expect(try reader.read(Bool.self))
        #expect(try reader.readString() == "µS")
        #expect(reader.isAtEnd)
    }

    @Test func truncatedBytesThrow() {
        var reader = StateReader([1, 2, 3])
        #expect(throws: StateError.truncated) { try reader.read(Int64.self) }
        var other = StateReader([9])
        #expect(throws: StateError.version(expected: 1, found: 9)) { try other.expectVersion(1) }
    }
}
