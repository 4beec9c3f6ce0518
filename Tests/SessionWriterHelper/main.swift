import Glibc
import SessionStore
import SessionStoreTestSupport
import SystemCalls

// The process that SessionStoreTests kills. `SessionWriterHelper FILE DONE SEED` records the random
// session of that seed into FILE until it is killed, and says in DONE (eight bytes) after each
// commit how many batches are durable.

let arguments = CommandLine.arguments
guard arguments.count == 4, let seed = UInt64(arguments[3]) else { exit(64) }
var model = SessionModel(seed: seed)
let done = try FileDescriptor(opening: arguments[2], flags: O_RDWR | O_CREAT, mode: 0o600)
let writer = try SessionWriter.create(
    at: arguments[1], description: model.description, streams: model.descriptions)
while true {
    try writer.commit(model.next())
    var number = UInt64(model.batches)
    // The eight bytes of a variable of this process, written in one piece.
    unsafe pwrite(done.number, &number, 8, 0)
}
