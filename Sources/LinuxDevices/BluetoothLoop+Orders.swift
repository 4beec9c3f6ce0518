/// Openings come and go.
extension BluetoothLoop {
    func open(_ order: BluetoothLink.Order) {
        func isSame(_ other: BluetoothLink.Order) -> Bool {
            other.id == order.id || other.address == order.address
        }
        let before = links.values.first { isSame($0.order) && !$0.isClosing }
        if before != nil || successors.contains(where: isSame) {
            return refuse(
                order,
                before.map { $0.order.id == order.id } == false
                    ? "\(order.address) is open already"
                    : "an opening with this number or address is under way")
        }
        // BlueZ takes some seconds to disconnect.
        guard !links.values.contains(where: { isSame($0.order) }) else {
            return successors.append(order)
        }
        let link = BluetoothLink(order, loop: self)
        links[order.id] = link
        link.reach()
        updateSearch()
    }

    private func refuse(_ order: BluetoothLink.Order, _ message: String) {
        notify(.closed(id: order.id, reason: DeviceError(code: .busy, message: message)))
    }

    func close(id: UInt32, conversation: any BluetoothTalk) {
        if let index = successors.firstIndex(where: { $0.id == id }) {
            successors.remove(at: index)
            // Of a link with this number the end is told when it comes.
            if links[id] == nil { notify(.closed(id: id, reason: nil)) }
            return
        }
        if let link = links[id] { return link.stop(conversation) }
        closeSerial(id: id)
    }

    /// A link has closed everything.
    func ended(_ link: BluetoothLink, _ reason: DeviceError?) {
        links[link.order.id] = nil
        search.told[link.order.address] = nil
        notify(.closed(id: link.order.id, reason: reason))
        let waiting = successors
        successors = []
        for next in waiting { open(next) }
        updateSearch()
    }
}
