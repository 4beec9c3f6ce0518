import Timebase
import Web

/// How often signing in may be tried, for each account and for each address. A pure value.
///
/// Accounts that do not exist are counted as those that do, so that the answer tells nothing of them.
struct SignInLimits: Sendable {
    private var accounts: [String: (limit: RateLimit, used: Instant)] = [:]
    private var addresses: [String: (limit: RateLimit, used: Instant)] = [:]

    /// What is kept at most of each kind, and how long after its last use, in nanoseconds: by then its
    /// bucket is full again.
    private static let most = 4096
    private static let keptFor: Int64 = 600_000_000_000

    /// How many accounts and addresses are kept.
    var count: Int { accounts.count + addresses.count }

    /// Whether it may be tried now; counts it where it may. Then some ten tries at once, later three a
    /// minute for an account and six for an address.
    mutating func take(account: String, address: String, at now: Instant) -> Bool {
        Self.make(room: &accounts, now)
        Self.make(room: &addresses, now)
        var ofAccount = accounts[account]?.limit ?? RateLimit(perSecond: 1.0 / 20, burst: 10)
        var ofAddress = addresses[address]?.limit ?? RateLimit(perSecond: 1.0 / 10, burst: 20)
        let mayAddress = ofAddress.take(at: now)
        // Who has used up their own tries does not use up somebody else's.
        let may = mayAddress && ofAccount.take(at: now)
        addresses[address] = (ofAddress, now)
        if mayAddress { accounts[account] = (ofAccount, now) }
        return may
    }

    /// Forgets the tries of somebody who got in.
    mutating func forget(account: String) { accounts[account] = nil }

    private static func make(
        room entries: inout [String: (limit: RateLimit, used: Instant)], _ now: Instant
    ) {
        guard entries.count >= most else { return }
        entries = entries.filter { now - $0.value.used < keptFor }
        guard entries.count >= most else { return }
        // Half at once, so that this is rare.
        let kept = entries.values.map(\.used).sorted()[entries.count / 2]
        entries = entries.filter { $0.value.used >= kept }
    }
}
