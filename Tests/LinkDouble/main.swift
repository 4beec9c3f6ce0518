// A process of its own for the tests: a stand-in daemon, or a client that can be killed.
//   LinkDouble serve SOCKET STORE
//   LinkDouble send SOCKET OUTBOX COUNT        numbers 1…COUNT as events, then waits for all
//   LinkDouble call SOCKET METHOD PARAMETERS   prints the answer or the error
import Foundation
import Link
import LinkTestSupport
import SystemCalls

let words = CommandLine.arguments
do {
    switch words.dropFirst().first {
    case "serve":
        let daemon = try DoubleDaemon(path: words[2], storePath: words[3])
        print("serving")
        fflush(nil)
        withExtendedLifetime(daemon) { while true { sleep(3600) } }
    case "send":
        let outbox = try Outbox(path: words[3])
        let client = LinkedClient(
            path: words[2], outbox: outbox,
            registration: .init(session: "", client: "sender", title: "Sender"))
        let count = Int64(words[4]) ?? 0
        while outbox.lastSequence < count {
            let next = outbox.lastSequence + 1
            try client.send(
                kind: "number", time: Clocks.now(), payload: ["value": .integer(next)])
            if next % 7 == 0 { usleep(500) }
        }
        print(try client.flush(timeoutMilliseconds: 60_000) ? "all arrived" : "\(client.state)")
    case "call":
        let client = try VarlinkClient(path: words[2])
        print(try client.call(words[3], try JSONValue(parsing: words[4])).text)
    default:
        print("serve, send or call")
        exit(64)
    }
} catch {
    print("\(error)")
    exit(1)
}
