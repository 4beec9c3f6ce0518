import Logging
import NIOCore
import ServiceLifecycle
import ServiceManagement

/// Tells the service manager that pages are served, as long as they are: every event loop has to answer
/// before it is told, so that a server of which one hangs is started again.
struct SignOfLife: Service {
    let loops: any EventLoopGroup
    let log: Logger

    /// Tells that pages are served from now on.
    func begin() { tell("READY=1") }

    func run() async throws {
        let interval: Duration?
        do throws(ServiceManagerError) {
            interval = try ServiceManager.watchdogInterval()
        } catch {
            log.error("\(error)")
            interval = nil
        }
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                // A wait ends early where the server is told to end.
                try? await Task.sleep(for: (interval ?? .seconds(3600)) / 3)
                guard interval != nil, !Task.isCancelled else { continue }
                for loop in loops.makeIterator() {
                    try? await loop.submit {}.get()
                }
                tell("WATCHDOG=1")
            }
        }
        tell("STOPPING=1")
    }

    private func tell(_ state: String) {
        do throws(ServiceManagerError) {
            try ServiceManager.notify(state)
        } catch {
            log.warning("\(error)")
        }
    }
}
