/// `org.varlink.service`, which every service answers by itself.
enum ServiceInterface {
    /// Source: https://varlink.org/Service
    static let text = """
        # What every Varlink service offers: who it is, and its interfaces.
        interface org.varlink.service

        # Who the service is, and the names of its interfaces.
        method GetInfo() -> (
          vendor: string,
          product: string,
          version: string,
          url: string,
          interfaces: []string
        )

        # The description of one interface.
        method GetInterfaceDescription(interface: string) -> (description: string)

        # There is no such interface.
        error InterfaceNotFound (interface: string)

        # The interface has no such method.
        error MethodNotFound (method: string)

        # The interface has the method, the service does not.
        error MethodNotImplemented (method: string)

        # A parameter is missing, unknown, or not of its type.
        error InvalidParameter (parameter: string)

        # The caller may not do this.
        error PermissionDenied ()

        # The method answers several times and must be called with more.
        error ExpectedMore ()

        """

    /// Written above, and parsed by each test run: it cannot fail.
    static let description: InterfaceDescription = {
        do throws(InterfaceSyntaxError) {
            return try InterfaceDescription(text)
        } catch {
            return InterfaceDescription(
                name: "org.varlink.service", types: [:], methods: [:], errors: [:])
        }
    }()

    static func answer(
        _ call: VarlinkCall, identity: ServiceIdentity,
        interfaces: [String: InterfaceDescription], names: [String]
    ) {
        if call.method == "org.varlink.service.GetInfo" {
            call.reply([
                "vendor": .string(identity.vendor),
                "product": .string(identity.product),
                "version": .string(identity.version),
                "url": .string(identity.url),
                "interfaces": .array(names.map(JSONValue.string)),
            ])
            return
        }
        let name = call.parameters["interface"]?.string ?? ""
        guard let interface = interfaces[name] else {
            call.fail(.interfaceNotFound(name))
            return
        }
        call.reply(["description": .string(interface.text)])
    }
}
