import Link
import LinuxDevices
import SessionStore
import SystemCalls
import Timebase

/// What the other threads tell the control thread.
enum ControlNotice: Sendable {
    /// The acquisition thread gave a source up, as it was asked to.
    case sourceRemoved(UInt32)
    /// A source ended by itself: unplugged, or an error of the kernel.
    case sourceEnded(UInt32, Int32)
    /// The acquisition thread cannot go on.
    case acquisitionFailed(SystemError)
    /// A device was opened and its start-up dialogue held, or not.
    case deviceOpened(UInt32, DeviceOpening)
    /// A thread hangs, or goes on again.
    case threadStalled(String, Bool)
    /// A mark has left by a marker port, or not.
    case markSent(MarkerOutput.Outcome)
    /// Logind keeps the machine awake, or not.
    case sleepHeldOff(SleepHold)
    /// Something of Bluetooth.
    case bluetooth(BluetoothNotice)
    /// A commit is durable.
    case committed(CommitNotice)
    /// An audit trail has a new end, which is to be anchored.
    case audited(AuditHead)
    /// A commit failed and will be tried again.
    case commitFailed(session: UInt32, SessionStoreError)
    /// All is durable in a session's log, which could not be brought into the file; it is tried again.
    case checkpointFailed(session: UInt32, SessionStoreError)
    /// The room that is kept for stopping and finishing could not grow with the recording.
    case reserveFailed(session: UInt32, SessionStoreError)
    /// The room that was kept for a session's last rows was used.
    case roomSpent(session: UInt32)
    /// Something for subscribers waits in the live feed.
    case live
    /// A stopped session's file took its final form, or not.
    case finished(path: String, FinishOutcome)
    /// A finished session's quality report was written, or not.
    case reported(path: String, failure: String?)
    /// A file of a study has a copy that was read back.
    case backedUp(study: String, BackupEntry)
    /// A file cannot be copied to the backup place, which is there.
    case backupFailed(file: String, String)
    /// The copy of a withdrawn session's file was removed.
    case backupRemoved(study: String, file: String, place: String)
    /// The fitting was looked at; by the number of the order.
    case fitted(UInt64, [FittingCheck])
    /// A finished session's times were estimated anew, or not; by the number of the order.
    case aligned(UInt64, AlignOutcome)
    /// A correction was added to a finished session's review file, or not; by the number of the order.
    case corrected(UInt64, CorrectionOutcome)
    /// What a participant takes back was removed, or not; by the number of the order.
    case removed(UInt64, RemovalOutcome)
    /// Words were covered in a finished session, or not; by the number of the order.
    case redacted(UInt64, RedactionOutcome)
    /// Something was added to a review file, or not; by the number of the order.
    case reviewed(UInt64, ReviewOutcome)
}

/// What a commit made durable.
struct CommitNotice: Sendable {
    /// Sessions whose last batch this was.
    var stopped: [UInt32]
    /// Up to where the control ring is stored.
    var control: UInt64
    /// Whether everything that was handed over so far is stored.
    var isWhole: Bool
    /// When it began and how long it took, in nanoseconds.
    var began: Instant
    var duration: Int64
}

/// How the finishing of a session ended.
enum FinishOutcome: Sendable {
    case finished(sha256: String, size: Int64)
    case failed(String)
}

/// How aligning a finished session anew ended.
enum AlignOutcome: Sendable {
    case aligned(SessionAligner.Report)
    case failed(SessionStoreError)
}

/// How adding a correction ended.
enum CorrectionOutcome: Sendable {
    /// The correction's number, and the session's file.
    case added(Int64, path: String)
    case failed(SessionStoreError)
}

/// What logind answered to a recorder that wants the machine to stay awake.
enum SleepHold: Sendable {
    /// The lock, to be taken out once.
    case held(ThreadCargo<SleepInhibitor>)
    case refused(DeviceError)
}

/// How opening a device ended.
enum DeviceOpening: Sendable {
    /// The descriptor, now owned by the receiver; what the start-up conversation negotiated, and
    /// bytes of samples that came with its last reply.
    case opened(
        descriptor: Int32, Acquisition.Reading, identity: String, DeviceBeginning,
        settings: [UInt8] = [], leftover: [UInt8] = [])
    case failed(String)
}
