// SimulatedClient
