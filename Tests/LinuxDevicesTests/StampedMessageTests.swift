import CSystemCalls
import Glibc
import SystemCalls
import Testing
import Timebase

@testable import LinuxDevices

@Suite("Messages with the kernel's time")
struct StampedMessageTests {
    @Test("A message that waited tells when it came, not when it was read")
    func waited() throws {
        var pair: [Int32] = [-1, -1]
        // Room for the two that it writes.
        try systemCall("socketpair") { unsafe attune_message_pair(&pair) }
        let sender = FileDescriptor(owning: pair[0])
        let receiver = FileDescriptor(owning: pair[1])
        try systemCall("setsockopt") { attune_stamp_messages(receiver.number) }
        let before = Clocks.now()
        // As many bytes as there are.
        let sent = unsafe write(sender.number, [UInt8(7), 8], 2)
        let after = Clocks.now()
        #expect(sent == 2)
        usleep(100_000)
        var buffer = [UInt8](repeating: 0, count: 16)
        var realtime: Int64 = 0
        // The buffer is as large as it says.
        let count = unsafe attune_receive_stamped(receiver.number, &buffer, 16, &realtime)
        var clock = PacketClock()
        let arrival = clock.arrival(realtime: realtime, now: Clocks.triple())
        #expect(count == 2 && buffer.prefix(2) == [7, 8])
        // The two clocks are read one after the other.
        #expect(arrival >= before + -1_000_000 && arrival <= after + 1_000_000)
        // Nothing more: it does not wait.
        let again = unsafe attune_receive_stamped(receiver.number, &buffer, 16, &realtime)
        #expect(again == -1 && errno == EAGAIN && realtime == 0)
    }
}
