import SystemCalls
import Timebase

/// What is searched for, where, and what was told of it.
struct BluetoothSearch {
    /// How an adapter's search stands.
    enum State { case starting, running, stopping, refused }

    /// What BlueZ is to leave out.
    struct Filter: Equatable {
        /// Services of which a device must advertise one; empty: any device.
        var services: [String] = []
        var isClassicIncluded = false
    }

    var wanted: [BluetoothWanted] = []
    /// Adapters' paths; one that is missing does not search.
    var adapters: [String: State] = [:]
    /// What each search was begun with.
    var filters: [String: Filter] = [:]
    /// What was told last of each device, and when.
    var told: [String: (device: BluetoothFound, at: Instant)] = [:]

    /// BlueZ went: nobody searches any more, and who is there must be told anew.
    mutating func forget() {
        adapters = [:]
        filters = [:]
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
        updateSearch()
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
        let addresses =
            links.values.filter(\.isOpen).map(\.order.address)
            + serial.ports.values.filter(\.isOpen).map(\.address)
        let open = addresses.map { address in
            objects.devicePath(address: address).flatMap { objects.device($0) }
                ?? BluetoothFound(address: address)
        }
        return !search.wanted.allSatisfy { wanted in
            wanted != .anything && open.contains { wanted.fits($0) }
        }
    }

    /// Has the adapters search, or not, as it is needed now.
    func updateSearch() {
        guard isReady else { return }
        let isNeeded = isSearchNeeded
        let filter = searchFilter
        for (path, adapter) in objects.adapters {
            switch search.adapters[path] {
            case nil: if isNeeded, adapter.isPowered { beginSearch(path, filter) }
            case .running: if !isNeeded || search.filters[path] != filter { endSearch(path) }
            case .starting, .stopping, .refused: break
            }
        }
    }

    private var searchFilter: BluetoothSearch.Filter {
        // An opening that waits is not necessarily among what is wanted.
        let isAnyNeeded = links.values.contains(where: \.isUnreached)
        return BluetoothSearch.Filter(
            services: isAnyNeeded ? [] : search.services,
            // Whose search takes the air for seconds at a time.
            isClassicIncluded: search.wanted.contains(.anything))
    }

    private func beginSearch(_ path: String, _ chosen: BluetoothSearch.Filter) {
        search.adapters[path] = .starting
        search.filters[path] = chosen
        var filter: [String: BusValue] = [:]
        if !chosen.isClassicIncluded { filter["Transport"] = .text("le") }
        if !chosen.services.isEmpty { filter["UUIDs"] = .texts(chosen.services) }
        call(path, BluetoothObjects.adapter, "SetDiscoveryFilter", [.properties(filter)])
        call(path, BluetoothObjects.adapter, "StartDiscovery") { [weak self] result in
            guard let self, search.adapters[path] == .starting else { return }
            switch result {
            case .success:
                search.adapters[path] = .running
                updateSearch()
            case .failure(let failure) where failure.short == "InProgress":
                // It searches already, with an older filter maybe.
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
