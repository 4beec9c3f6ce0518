import Glibc
import Testing

/// Somebody who types: a test keyboard, and a chat whose scripted participant uses it.
extension StationProcess {
    /// Starts with a keyboard that reads a pipe.
    /// - Returns: the pipe's path.
    func startWithKeyboard() throws -> String {
        let pipe = file("keyboard")
        #expect(unsafe mkfifo(pipe, 0o600) == 0)
        try write(settings: "keyboards: [{test_source: \(pipe), name: keyboard}]\n")
        try start()
        return pipe
    }

    /// Begins a session's chat phase and its chat.
    func startChat(
        study: String, pace: String, keyboard pipe: String
    ) throws -> (chat: ProgramRun, path: String) {
        let session = try json("session", "start", study, "p1", "--protocol", "pilot")
        let path = try #require(session["file"]?.string)
        #expect(try attune("session", "phase", "chat").code == 0)
        let chat = try ProgramRun(
            program("attune-chat"),
            [
                "--terminal", "--runtime", runtime, "--scripted-participant", "--pace", pace,
                "--keyboard", pipe, "--state", file("state"),
            ], place: directory.path)
        return (chat, path)
    }
}
