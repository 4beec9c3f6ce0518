"""Contents of rooms for tests and screenshots."""

PHASES = [{"name": name, "title": title, "kind": kind} for name, title, kind in [
    ("consent", "Consent", "consent"), ("fitting", "Fitting", "fitting"), ("baseline", "Baseline", "baseline"),
    ("briefing", "Briefing", "briefing"), ("chat", "Chat", "chat"), ("ratings", "Ratings", "ratings"),
    ("think-aloud", "Think-aloud", "think-aloud"), ("debrief", "Debrief", "debrief")]]

TIERS = [
    {"name": "conversation", "title": "The conversation", "required": True, "answer": None,
     "explanation": "The messages of both sides and their times, and where in a draft you edited."},
    {"name": "sensors", "title": "Body signals", "required": False, "answer": None,
     "explanation": "Heart and skin signals from the sensors you wear."},
    {"name": "draft-text", "title": "Text of drafts", "required": False, "answer": None,
     "explanation": "Also what you typed and deleted again before sending."},
    {"name": "model-endpoint", "title": "Language model", "required": True, "answer": None,
     "explanation": "What you write is sent to a language model, without your name or code.",
     "endpoint": {"url": "https://models.example.org/v1", "operator": "Example University", "country": "Finland",
                  "retention": "30 days"}},
]

CATEGORIES = ["sadness", "fear", "anger", "disgust", "happiness", "surprise", "neutral"]


def point(number, valence, arousal, main="sadness", share=0.6):
    rest = (1 - share) / 6
    return {"number": number, "valence": valence, "arousal": arousal,
            "probabilities": {name: share if name == main else rest for name in CATEGORIES}}


def emotion(turn, main="sadness", emoji="😢", **more):
    return {"turn": turn, "label": main.capitalize(), "emoji": emoji, "category": main, "valence": -0.6, "arousal": 0.2,
            "probabilities": point(turn, 0, 0, main)["probabilities"], "uncertainty": 0.2, "source": "lexicon/1"} | more


def suggestions(turn):
    groups = [("motivational-interviewing", "Motivational interviewing",
               "It sounds as if part of you wants to talk to your manager, and part of you fears what might come of it."),
              ("empathetic-response", "Empathetic responses",
               "That must be exhausting: carrying this for weeks without anyone noticing."),
              ("emotional-support", "Emotional support", "I'm glad that you told me. You are not alone with this.")]
    return {"set": f"set-{turn}", "turn": turn, "groups": [
        {"name": name, "title": title, "items": [{"id": f"s{turn}-{index}", "text": text}]}
        for index, (name, title, text) in enumerate(groups)]}


TURNS = [
    ("client", "Hi. I'm not sure where to begin, to be honest."),
    ("participant", "Take your time. What has been on your mind?"),
    ("client", "It's work, mostly. I lie awake at night going through everything that I did wrong during the day."),
    ("participant", "That sounds exhausting. How long has it been like this?"),
    ("client", "Since March? I used to be someone who coped. Now I sit in the car for ten minutes before I can go in."),
]

CHAT = {
    "client_label": "Client", "started_ms": 0, "typing": False, "can_write": True,
    "turns": [{"number": number, "author": author, "text": text, "partial": False, "id": None}
              for number, (author, text) in enumerate(TURNS, 1)],
    "emotion": emotion(5),
    "series": [point(1, -0.1, 0.1, "neutral", 0.5), point(3, -0.5, 0.4, "fear", 0.5), point(5, -0.7, -0.2)],
    "suggestions": suggestions(5),
    "machine_notice": "The client is simulated by a computer program. No person is on the other side.",
}

QUESTIONS = {
    "name": "realism", "title": "The client", "instructions": "How was it to talk to this client?", "answers": {},
    "items": [
        {"name": "human-likeness", "kind": "likert", "text": "How human-like was the client?", "required": True, "points": 7,
         "labels": {"1": "Not at all", "7": "Extremely"}},
        {"name": "effort", "kind": "likert", "text": "It was hard to find words.", "required": False, "points": 5,
         "labels": {"1": "Strongly disagree", "2": "Disagree", "3": "Neither", "4": "Agree", "5": "Strongly agree"}},
        {"name": "stress", "kind": "slider", "text": "How stressed did you feel?", "required": True, "minimum": 0,
         "maximum": 100, "step": 1, "labels": {"0": "not at all", "50": "somewhat", "100": "as much as can be"}},
        {"name": "role", "kind": "choice", "text": "As what did you speak?", "required": True, "multiple": False,
         "options": [{"value": 1, "label": "Peer"}, {"value": 2, "label": "Other", "text": True}]},
        {"name": "training", "kind": "text", "text": "What training do you have for it?", "required": True, "lines": 1,
         "maximum_length": 200, "when": {"item": "role", "any_of": [2]}},
        {"name": "helped", "kind": "choice", "text": "What helped you?", "required": False, "multiple": True,
         "options": [{"value": 1, "label": "Suggestions"}, {"value": 2, "label": "The emotion display"},
                     {"value": 3, "label": "Something else", "text": True}]},
        {"name": "valence", "kind": "manikin", "text": "How did you feel?", "required": True, "points": 9, "dimension": "valence"},
        {"name": "arousal", "kind": "manikin", "text": "How excited were you?", "required": False, "points": 9, "dimension": "arousal"},
        {"name": "dominance", "kind": "manikin", "text": "How much were you in control?", "required": False, "points": 5, "dimension": "dominance"},
        {"name": "remarks", "kind": "text", "text": "Anything else?", "required": False, "lines": 4, "maximum_length": 4000},
    ],
}

RESOURCES = [{"title": "Helpline", "text": "Day and night, free of charge.", "phone": "+358 10 123 4567"},
             {"title": "Student counselling", "url": "https://counselling.example.org"}]
