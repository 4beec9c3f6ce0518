import CSystemCalls
import SystemCalls
import Timebase

/// Waits.
enum Pause {
    /// Returns after so many nanoseconds; at once for none.
    static func sleep(nanoseconds: Int64) throws(SystemError) {
        let end: Instant = Clocks.now() + nanoseconds
        while true {
            let left: Int64 = end - Clocks.now()
            guard left > 0 else { return }
            try systemCall("ppoll") { attune_poll(nil, 0, left) }
        }
    }
}
