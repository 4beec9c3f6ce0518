import Glibc
import Link
import SystemCalls

/// What a scripted participant saw and sent: JSON lines, each written at once.
final class WitnessLog {
    private let path: String
    private let file: FileDescriptor

    init(path: String) throws(SystemError) {
        self.path = path
        file = try FileDescriptor(
            opening: path, flags: O_WRONLY | O_CREAT | O_APPEND, mode: 0o600)
    }

    func add(_ fact: JSONValue) throws(SystemError) {
        try FileSystem.writeAll(fact.serialised + [0x0A], to: file.number, subject: path)
    }
}
