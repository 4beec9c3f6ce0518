import Glibc
import Synchronization
import SystemCalls

/// Something done with the file rights of an unprivileged user, even where the tests run as root:
/// on a thread of its own, since Linux keeps these rights by thread.
public enum UnprivilegedUser {
    private final class Outcome<Value: Sendable>: Sendable {
        let value = Mutex<Value?>(nil)
    }

    /// Runs the body and returns what it returned.
    /// - Throws: if there is no thread.
    public static func run<Failure: Error>(
        _ body: @escaping @Sendable () -> Failure?
    ) throws -> Failure? {
        let outcome = Outcome<Failure>()
        let isRoot = geteuid() == 0
        let thread = try DedicatedThread(name: "unprivileged") {
            if isRoot {
                // Not in Swift's view of the C library: int setfsuid(uid_t).
                guard let symbol = unsafe dlsym(nil, "setfsuid") else { return }
                typealias SetUser = @convention(c) (UInt32) -> Int32
                _ = unsafe unsafeBitCast(symbol, to: SetUser.self)(65534)
            }
            let error = body()
            outcome.value.withLock { $0 = error }
        }
        thread.join()
        return outcome.value.withLock { $0 }
    }
}
