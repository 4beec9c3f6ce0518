import Testing

/// Tests of the real programs together, one after another: the machine's time is theirs alone.
@Suite(.serialized) enum IntegrationTests {}
