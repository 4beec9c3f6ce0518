/// Openings come and go.
extension BluetoothLoop {
    func open(_ order: BluetoothLink.Order) {
        if let before = links[order.id] {
            if before.isClosing {
                successors[order.id] = order
            } else {
                refuse(order, "an opening with this number is under way")
            }
            return
        }
        if let other = link(at: order.address), !other.isClosing {
            return refuse(order, "\(order.address) is open already")
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
        if successors.removeValue(forKey: id) != nil {
            return notify(.closed(id: id, reason: nil))
        }
        if let link = links[id] { return link.stop(conversation) }
        closeSerial(id: id)
    }

    /// A link has closed everything.
    func ended(_ link: BluetoothLink, _ reason: DeviceError?) {
        links[link.order.id] = nil
        search.told[link.order.address] = nil
        notify(.closed(id: link.order.id, reason: reason))
        if let next = successors.removeValue(forKey: link.order.id) { open(next) }
        updateSearch()
    }
}
