import LinuxDevices
import SystemCalls

/// A machine that records stays awake.
extension Station {
    /// Asks logind to refuse sleep while there is a session, and lets go of that when there is none.
    func updateInhibitor() {
        if sessions.isEmpty {
            inhibitor = nil
        } else if inhibitor == nil, !isAskingToStayAwake {
            askToStayAwake()
        }
    }

    /// On a thread of its own: logind asks polkit, which may have to be started first.
    private func askToStayAwake() {
        isAskingToStayAwake = true
        let notices = notices
        do throws(SystemError) {
            _ = try DedicatedThread(name: "inhibitor") {
                do throws(DeviceError) {
                    let lock = try SleepInhibitor(
                        why: "A session is being recorded", mode: .block, milliseconds: 30_000)
                    notices.post(.sleepHeldOff(.held(ThreadCargo(lock))))
                } catch {
                    notices.post(.sleepHeldOff(.refused(error)))
                }
            }
        } catch {
            isAskingToStayAwake = false
            log.warning("the machine may go to sleep while it records: \(error)")
        }
    }

    func sleepHeldOff(_ hold: SleepHold) {
        isAskingToStayAwake = false
        switch hold {
        case .held(let lock):
            let lock = lock.take()
            // The session may be over by now: then the lock ends here.
            if !sessions.isEmpty { inhibitor = consume lock }
            sleepRefusal = nil
        case .refused(let error):
            let refusal = "\(error)"
            if refusal != sleepRefusal { log.warning("\(refusal)") }
            sleepRefusal = refusal
        }
    }
}
