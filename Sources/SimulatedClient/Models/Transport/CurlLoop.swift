import CCurl
import Glibc
import Synchronization
import SystemCalls

/// The one thread that carries all transfers of a transport (libcurl's multi interface).
///
/// Other threads hand over orders under a lock and wake it.
@safe final class CurlLoop: Sendable {
    private struct Orders {
        var starts: [Transfer] = []
        var cancelled: [Int] = []
        /// Transfers whose answers are complete, and until when their connections may end.
        var ending: [(id: Int, byNs: Int64)] = []
        var isStopping = false
        /// The thread has ended, and the multi handle is gone.
        var isOver = false
        var running = 0
    }

    private let orders = Mutex(Orders())
    /// Used by the loop's thread alone, but for `curl_multi_wakeup`, which any thread may call
    /// (curl_multi_wakeup(3)); that happens under the lock, and freeing it too.
    private nonisolated(unsafe) let multi: UnsafeMutableRawPointer

    /// `curl_global_init` has to be called once, before all else.
    private static let isReady = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

    init() throws(ModelFailure) {
        guard Self.isReady, let multi = unsafe curl_multi_init() else {
            throw ModelFailure(.configuration, "libcurl cannot be started.")
        }
        unsafe self.multi = unsafe multi
    }

    var running: Int { orders.withLock { $0.running + $0.starts.count } }

    func start(_ transfer: Transfer) {
        let isTaken = orders.withLock { orders in
            guard !orders.isStopping else { return false }
            orders.starts.append(transfer)
            wake(orders)
            return true
        }
        if !isTaken {
            transfer.events.yield(.finished(Self.stopped, at: Clocks.now().nanoseconds))
            transfer.events.finish()
        }
    }

    func cancel(_ id: Int) {
        orders.withLock {
            $0.cancelled.append(id)
            wake($0)
        }
    }

    func end(_ id: Int, byNs: Int64) {
        orders.withLock {
            $0.ending.append((id, byNs))
            wake($0)
        }
    }

    func stop() {
        orders.withLock {
            $0.isStopping = true
            wake($0)
        }
    }

    private func wake(_ orders: borrowing Orders) {
        if !orders.isOver { unsafe curl_multi_wakeup(multi) }
    }

    private static let stopped = ModelFailure(.cancelled, "The program is ending.")

    /// The thread's body: returns after `stop()`.
    func run() {
        blockBrokenPipes()
        var transfers: [Int: (transfer: Transfer, easy: UnsafeMutableRawPointer)] = unsafe [:]

        func finish(_ id: Int, _ failure: ModelFailure?) {
            guard let (transfer, easy) = unsafe transfers.removeValue(forKey: id) else { return }
            unsafe curl_multi_remove_handle(multi, easy)
            orders.withLock { $0.running = unsafe transfers.count }
            transfer.events.yield(.finished(failure, at: Clocks.now().nanoseconds))
            transfer.events.finish()
        }

        while true {
            let (starts, cancelled, ending, isStopping) = orders.withLock { orders in
                defer {
                    orders.running += orders.starts.count
                    orders.starts = []
                    orders.cancelled = []
                    orders.ending = []
                }
                return (orders.starts, orders.cancelled, orders.ending, orders.isStopping)
            }
            for transfer in starts {
                do throws(ModelFailure) {
                    let easy = unsafe try transfer.prepare()
                    unsafe transfers[transfer.id] = unsafe (transfer, easy)
                    let code = unsafe curl_multi_add_handle(multi, easy)
                    if code != CURLM_OK { finish(transfer.id, Self.failure(code)) }
                } catch {
                    transfer.events.yield(.finished(error, at: Clocks.now().nanoseconds))
                    transfer.events.finish()
                    orders.withLock { $0.running = unsafe transfers.count }
                }
            }
            for id in cancelled {
                finish(id, ModelFailure(.cancelled, "The request was cancelled."))
            }
            for (id, byNs) in ending { unsafe transfers[id]?.transfer.endByNs = byNs }
            if isStopping {
                for id in unsafe Array(transfers.keys) { finish(id, Self.stopped) }
                break
            }

            var count: Int32 = 0
            let code = unsafe curl_multi_perform(multi, &count)
            if code != CURLM_OK {
                for id in unsafe Array(transfers.keys) { finish(id, Self.failure(code)) }
            }
            var waiting: Int32 = 0
            while let message = unsafe curl_multi_info_read(multi, &waiting) {
                guard unsafe message.pointee.msg == CURLMSG_DONE else { continue }
                let easy = unsafe message.pointee.easy_handle
                let result = unsafe attune_curl_message_result(message)
                guard let entry = unsafe transfers.first(where: { unsafe $0.value.easy == easy })
                else { continue }
                unsafe finish(entry.key, entry.value.transfer.failure(of: result))
            }

            let now = Clocks.now().nanoseconds
            var next = now + 60_000_000_000
            for unsafe(id, entry) in unsafe transfers {
                let deadline = unsafe entry.transfer.deadlineNs
                if deadline <= now {
                    unsafe finish(id, entry.transfer.failureAtDeadline(now))
                } else {
                    next = min(next, deadline)
                }
            }
            let milliseconds = Int32((next - now) / 1_000_000 + 1)
            unsafe curl_multi_poll(multi, nil, 0, milliseconds, nil)
        }
        let left = orders.withLock { orders in
            orders.isOver = true
            unsafe curl_multi_cleanup(multi)
            defer { orders.starts = [] }
            return orders.starts
        }
        for transfer in left {
            transfer.events.yield(.finished(Self.stopped, at: Clocks.now().nanoseconds))
            transfer.events.finish()
        }
    }

    private static func failure(_ code: CURLMcode) -> ModelFailure {
        let words = unsafe curl_multi_strerror(code).map { unsafe String(cString: $0) } ?? ""
        return ModelFailure(.connection, "libcurl failed: \(words).")
    }

    /// With CURLOPT_NOSIGNAL libcurl leaves SIGPIPE alone, which TLS may raise on this thread.
    private func blockBrokenPipes() {
        var set = sigset_t()
        unsafe sigemptyset(&set)
        unsafe sigaddset(&set, SIGPIPE)
        unsafe pthread_sigmask(SIG_BLOCK, &set, nil)
    }
}
