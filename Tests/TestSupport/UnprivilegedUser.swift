import Glibc
import LinuxDevices
import Synchronization
import SystemCalls

/// Something done with the file rights of an unprivileged user, even where the tests run as root:
/// on a thread of its own, since Linux keeps these rights by thread.
enum UnprivilegedUser {
    private final class Outcome: Sendable { let error = Mutex<DeviceError?>(nil) }

    /// Runs the body and returns what it returned.
    static func run(_ body: @escaping @Sendable () -> DeviceError?) throws -> DeviceError? {
        let outcome = Outcome()
        let isRoot = geteuid() == 0
        let thread = try DedicatedThread(name: "unprivileged") {
            if isRoot {
                // Not in Swift's view of the C library: int setfsuid(uid_t).
                guard let symbol = unsafe dlsym(nil, "setfsuid") else { return }
                typealias SetUser = @convention(c) (UInt32) -> Int32
                _ = unsafe unsafeBitCast(symbol, to: SetUser.self)(65534)
            }
            let error = body()
            outcome.error.withLock { $0 = error }
        }
        thread.join()
        return outcome.error.withLock { $0 }
    }
}
