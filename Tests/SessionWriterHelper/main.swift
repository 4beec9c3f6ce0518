import Glibc
import SessionStore
import SessionStoreTestSupport
import SystemCalls

// The process that SessionStoreTests kills. `SessionWriterHelper FILE DONE SEED` records the random
// session of that seed into FILE until it is killed, and says in DONE (eight bytes) after each
// commit how many batches are durable.
//
// `SessionWriterHelper --recover` reads paths of session files, a line each, and takes up each as a daemon
// would after a crash; behind `check ` it also checks the file. It answers with a line each: the state, and
// what is wrong, behind a tab.

let arguments = CommandLine.arguments
if arguments.dropFirst() == ["--recover"] {
    while let line = readLine() {
        let isChecked = line.hasPrefix("check ")
        let path = isChecked ? String(line.dropFirst(6)) : line
        try FileSystem.writeAll(
            Array((FileRecovery(path: path, isChecked: isChecked).answer + "\n").utf8),
            to: STDOUT_FILENO)
    }
    exit(0)
}
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
