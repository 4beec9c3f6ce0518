/// A protocol with phases, questionnaires, conditions and a chat, small enough to be read.
let everything = """
    name: all
    version: 3
    title: All keys
    language: de-AT
    phases:
      - name: fit
        title: Fit
        kind: fitting
        checks: [contact, leads-off, flat-line, clipping, eda-response, battery, microphone, model, disk]
        settleSeconds: 120
        asks: [hand]
      - name: typing
        title: Typing
        kind: baseline
        task: typing
        text: Copy this.
        durationSeconds: 60
        advance: duration
      - {name: intro, title: Intro, kind: briefing, instructions: Read., optional: true, keys: true}
      - {name: talk, title: Talk, kind: chat, durationSeconds: 600, advance: operator, questionnaires: [two]}
      - {name: rate, title: Rate, kind: ratings, questionnaires: [one, two]}
    questionnaires:
      - name: one
        title: One
        instructions: Please.
        order: random
        items:
          - {name: lik, kind: likert, text: L?, required: true, points: 5, labels: {1: low, 5: high}, code: L1, label: Lik}
          - {name: sli, kind: slider, text: S?, minimum: -1, maximum: 1, step: 0.5, labels: {-1: sad, 0.5: well}}
          - {name: cho, kind: choice, text: C?, options: [{value: 1, label: A}, {value: 2, label: B, text: true}]}
          - {name: mul, kind: choice, text: M?, multiple: true, options: [{value: 1, label: A}, {value: 3, label: B}]}
          - {name: tex, kind: text, text: T?, lines: 4, maximumLength: 10, fixed: true}
          - {name: man, kind: manikin, dimension: arousal, points: 5}
        scales:
          - {name: sc, title: Sc, items: [lik, man], reversed: [man], score: sum, minimumAnswered: 1}
      - name: two
        items:
          - {name: first, kind: choice, options: [{value: 0, label: No}, {value: 1, label: Yes}]}
          - {name: second, kind: slider, when: {item: first, equals: 1}}
          - {name: third, kind: text, when: {all: [{item: second, atLeast: 50}, {factor: emotions, equals: on}]}}
          - {name: fourth, kind: text, when: {any: [{item: first, answered: false}, {item: second, atMost: 10}, {item: third, anyOf: [a, b]}]}}
        scales:
          - {name: sc2, items: [second]}
    conditions:
      factors: [{name: suggestions, levels: [on, off]}, {name: emotions, levels: ["on", "off"]}, {name: persona, levels: [p1, p2]}, {name: hour, levels: [am, pm]}]
      design: within
      blocks: 2
      seed: 18446744073709551615
      dropouts: keep
    consent:
      - {name: conversation, title: C, explanation: E, covers: [turns, draft-edits], required: true}
      - name: model-endpoint
        title: M
        covers: [model-requests]
        endpoint: {url: "https://Models.example.org/v1/", operator: O, country: NL, retention: 30 days}
    chat:
      persona: p1
      clientLabel: Klientin
      reply: {paint: streamed, delay: fixed, milliseconds: 2500}
      model:
        url: https://models.example.org/v1/chat
        name: m-2026
        temperature: 0.2
        seed: 7
        maximumTokens: 300
        timeoutSeconds: 20
        retries: 1
        onFailure: [retry, scripted, pause]
        tokenLimit: 1000
        spendLimit: 1.5
        prices: {inputPerMillion: 2.5, outputPerMillion: 10}
        credential: key-1
        proxy: http://proxy.example.org:3128
        caFile: /etc/ca.pem
      suggestions: {source: model, each: 2, shown: true, generateUnshown: false}
      emotions: {scorer: model, display: intended, when: when-known, shown: true}
      adoption: {direct: 0.9, slight: 0.6, overlap: 0.2}
      safety:
        rules: de
        participant:
          cues: alert
          resources: [{title: R, text: T, phone: "142", url: https://example.org}]
        permits: [self-harm-passive]
        acknowledgeWithinSeconds: 30
      machineNotice: briefing
    """
