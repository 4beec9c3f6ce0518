import SystemCalls
import Timebase

/// What is searched for, where, and what was told of it.
struct BluetoothSearch {
    /// How an adapter's search stands.
    enum State { case starting, running, stopping, refused }

    var wanted: [BluetoothWanted] = []
    /// Adapters' paths; one that is missing does not search.
    var adapters: [String: State] = [:]
    /// What was told last of each device, and when.
    var told: [String: (device: BluetoothFound, at: Instant)] = [:]

    /// BlueZ went: nobody searches any more, and who is there must be told anew.
    mutating func forget() {
        adapters = [:]
        told = [:]
    }

    /// Services that each wanted device advertises, for BlueZ's filter; empty where they are not
    /// known of all.
    var services: [String] {
        var all: Set<String> = []
        for one in wanted {
            guard case .match(_, let services, _) = one, !services.isEmpty else { return [] }
            all.formUnion(services)
        }
        return all.sorted()
    }
}

extension BluetoothLoop {
    func setWanted(_ wanted: [BluetoothWanted]) {
        guard search.wanted != wanted else { return }
        search.wanted = wanted
        search.told = [:]
        for path in objects.paths(BluetoothObjects.device) { deviceChanged(path) }
        restartSearch()
    }

    /// Tells of a device that is new or different, if it is wanted and not open.
    /// - Parameter isHeard: it was heard just now; an opening that waits tries at once.
    func deviceChanged(_ path: String, isHeard: Bool = false) {
        guard let device = objects.device(path) else { return }
        let link = link(at: device.address)
        if link?.isOpen != true, search.wanted.contains(where: { $0.fits(device) }) {
            var comparable = device
            let now = Clocks.now()
            let before = search.told[device.address]
            comparable.rssi = before?.device.rssi
            let isNew = before.map { $0.device != comparable } ?? true
            let isDue = isHeard && (before.map { now - $0.at > 500_000_000 } ?? true)
            if isNew || isDue {
                search.told[device.address] = (device, now)
                notify(.found(device))
            }
        }
        link?.deviceSeen(isHeard: isHeard)
        updateSearch()
    }

    /// Whether something that is wanted is not connected.
    private var isSearchNeeded: Bool {
        if links.values.contains(where: \.isUnreached) { return true }
        guard !search.wanted.isEmpty else { return false }
        let open = links.values.filter(\.isOpen).map { link in
            objects.devicePath(address: link.order.address).flatMap { objects.device($0) }
                ?? BluetoothFound(address: link.order.address)
        }
        return !search.wanted.allSatisfy { wanted in
            wanted != .anything && open.contains { wanted.fits($0) }
        }
    }

    /// Begins with a new filter.
    func restartSearch() {
        for (path, state) in search.adapters where state == .running {
            endSearch(path)
        }
        updateSearch()
    }

    /// Has the adapters search, or not, as it is needed now.
    func updateSearch() {
        guard isReady else { return }
        let isNeeded = isSearchNeeded
        for (path, adapter) in objects.adapters {
            switch search.adapters[path] {
            case nil: if isNeeded, adapter.isPowered { beginSearch(path) }
            case .running: if !isNeeded { endSearch(path) }
            case .starting, .stopping, .refused: break
            }
        }
    }

    private func beginSearch(_ path: String) {
        search.adapters[path] = .starting
        var filter: [String: BusValue] = [:]
        // Everything includes classic Bluetooth, whose search takes the air for seconds at a time.
        if !search.wanted.contains(.anything) { filter["Transport"] = .text("le") }
        // An opening that waits is not necessarily among what is wanted.
        if !links.values.contains(where: \.isUnreached), !search.services.isEmpty {
            filter["UUIDs"] = .texts(search.services)
        }
        call(path, BluetoothObjects.adapter, "SetDiscoveryFilter", [.properties(filter)])
        call(path, BluetoothObjects.adapter, "StartDiscovery") { [weak self] result in
            guard let self, search.adapters[path] == .starting else { return }
            switch result {
            case .success:
                search.adapters[path] = .running
                updateSearch()
            case .failure(let failure) where failure.short == "InProgress":
                search.adapters[path] = .running
            case .failure:
                // It may be busy, or off just now.
                search.adapters[path] = .refused
                after(2000) { [weak self] in
                    guard let self, search.adapters[path] == .refused else { return }
                    search.adapters[path] = nil
                    updateSearch()
                }
            }
        }
    }

    private func endSearch(_ path: String) {
        search.adapters[path] = .stopping
        call(path, BluetoothObjects.adapter, "StopDiscovery") { [weak self] _ in
            guard let self, search.adapters[path] == .stopping else { return }
            search.adapters[path] = nil
            updateSearch()
        }
    }
}
