import CSystemCalls
import Glibc
import SystemCalls

/// One caller: what has come in and is not a whole message yet, and what goes out. Confined to the
/// server's thread.
final class ServerConnection {
    let id: ConnectionID
    let peer: Peer
    let access: Access
    weak var server: VarlinkServer?

    private var descriptor: FileDescriptor?
    let number: Int32

    private var input = MessageFrames()
    /// Bytes that go out; those before `sent` are gone.
    private var output: [UInt8] = []
    private var sent = 0

    /// Calls without a last answer, in order.
    private(set) var slots: [ReplySlot] = []
    /// A message that waits for the calls before it.
    var held: IncomingCall?
    /// The caller will send nothing more.
    private(set) var isEnded = false
    /// Writing failed, so nobody reads.
    private(set) var isBroken = false
    /// Nothing more is read; closed once everything is written.
    var isClosing = false
    var isClosed: Bool { descriptor == nil }
    /// What the server waits for at the moment.
    var interest: Epoll.Readiness = [.readable]

    init(id: ConnectionID, descriptor: consuming FileDescriptor, peer: Peer, access: Access) {
        self.id = id
        number = descriptor.number
        self.descriptor = consume descriptor
        self.peer = peer
        self.access = access
    }

    var inputBytes: Int { input.count }
    var outputBytes: Int { output.count - sent }

    /// Bytes that wait for the caller to read them.
    var backlog: Int { slots.reduce(outputBytes) { $0 + $1.bytes.count } }

    // MARK: In

    /// Reads once into the buffer given.
    /// - Returns: false where nothing more is to be had now.
    func read(with buffer: UnsafeMutableRawBufferPointer) -> Bool {
        let number = number
        do throws(SystemError) {
            let taken = try nonBlockingSystemCall("read") {
                unsafe Glibc.read(number, buffer.baseAddress, buffer.count)
            }
            guard let count = taken else { return false }
            if count == 0 {
                isEnded = true
                return false
            }
            // The kernel has filled the first `count` bytes of the buffer.
            unsafe input.append(UnsafeRawBufferPointer(rebasing: buffer[0..<count]))
            return true
        } catch {
            // Reset by the caller: as good as gone.
            isEnded = true
            isBroken = true
            return false
        }
    }

    /// Takes the next whole message, without its NUL.
    func nextMessage() -> ArraySlice<UInt8>? { input.next() }

    /// Gives back the space of messages that are used up.
    func compactInput() { input.compact() }

    // MARK: Out

    func open(_ slot: ReplySlot) { slots.append(slot) }

    /// Puts an answer in its place and writes what can be written.
    func put(_ message: JSONValue, in slot: ReplySlot, isLast: Bool) {
        put(message.serialised, in: slot, isLast: isLast)
    }

    /// As above, with a message that is written out, without its NUL.
    func put(_ message: [UInt8], in slot: ReplySlot, isLast: Bool) {
        if isClosed || slot.isFinished { return }
        slot.bytes.append(contentsOf: message)
        slot.bytes.append(0)
        slot.isFinished = isLast
        server?.touched(self)
    }

    /// Moves answers whose turn it is to the way out, and writes until the caller's side is full.
    func flush() {
        while let slot = slots.first {
            output.append(contentsOf: slot.bytes)
            slot.bytes = []
            if !slot.isFinished { break }
            slots.removeFirst()
        }
        let number = number
        while sent < output.count && !isBroken {
            do throws(SystemError) {
                let written = try nonBlockingSystemCall("send") {
                    unsafe output.withUnsafeBytes {
                        unsafe attune_send_nosignal(
                            number, $0.baseAddress.map { unsafe $0 + sent }, $0.count - sent)
                    }
                }
                guard let written else { break }
                sent += written
            } catch {
                isBroken = true
            }
        }
        if sent == output.count {
            output.removeAll(keepingCapacity: output.capacity <= 256 << 10)
            sent = 0
        } else if sent > 64 << 10 {
            output.removeSubrange(0..<sent)
            sent = 0
        }
    }

    /// Closes the descriptor and forgets everything.
    func close() {
        descriptor = nil
        input = MessageFrames()
        output = []
        sent = 0
        slots = []
        held = nil
    }
}
