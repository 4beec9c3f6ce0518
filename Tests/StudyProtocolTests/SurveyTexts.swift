/// A survey file in the form that Qualtrics exports, made up for these tests.
let survey = #"""
    {"SurveyEntry": {"SurveyID": "SV_1", "SurveyName": "Made up", "SurveyLanguage": "EN"},
     "SurveyElements": [
      {"Element": "BL", "PrimaryAttribute": "Survey Blocks", "Payload": {
        "0": {"Type": "Default", "Description": "Second block", "ID": "BL_b", "BlockElements": [
          {"Type": "Question", "QuestionID": "QID6"}, {"Type": "Page Break"},
          {"Type": "Question", "QuestionID": "QID7"}, {"Type": "Question", "QuestionID": "QID8"},
          {"Type": "Question", "QuestionID": "QID9"}]},
        "2": {"Type": "Trash", "Description": "Trash", "ID": "BL_t", "BlockElements": [
          {"Type": "Question", "QuestionID": "QID99"}]},
        "1": {"Type": "Standard", "Description": "First block", "ID": "BL_a",
          "Options": {"RandomizeQuestions": "true"}, "BlockElements": [
          {"Type": "Question", "QuestionID": "QID1"}, {"Type": "Question", "QuestionID": "QID2"},
          {"Type": "Question", "QuestionID": "QID3"}, {"Type": "Question", "QuestionID": "QID4"},
          {"Type": "Question", "QuestionID": "QID5"}]}}},
      {"Element": "FL", "Payload": {"Type": "Root", "Flow": [
        {"Type": "EmbeddedData", "EmbeddedData": []},
        {"Type": "Standard", "ID": "BL_a"},
        {"Type": "Branch", "Flow": [{"Type": "Block", "ID": "BL_b"}]}]}},
      {"Element": "SO", "Payload": {}},
      {"Element": "SQ", "PrimaryAttribute": "QID1", "Payload": {
        "QuestionText": "<p>Dear&nbsp;participant,<br>this is <b>short</b> &amp; easy.</p>",
        "QuestionType": "DB", "Selector": "TB", "DataExportTag": "intro"}},
      {"Element": "SQ", "PrimaryAttribute": "QID2", "Payload": {
        "QuestionText": "Who are you?", "QuestionType": "MC", "Selector": "SAVR",
        "DataExportTag": "role", "Choices": {"1": {"Display": "Peer"},
          "4": {"Display": "Something <i>else</i>", "TextEntry": "true"}, "2": {"Display": "Expert"}},
        "ChoiceOrder": ["1", 2, "4"], "RecodeValues": {"1": "10", "2": "20", "4": "99"},
        "Validation": {"Settings": {"ForceResponse": "ON", "Type": "None"}}}},
      {"Element": "SQ", "PrimaryAttribute": "QID3", "Payload": {
        "QuestionText": "Which of these?", "QuestionType": "MC", "Selector": "MAVR",
        "DataExportTag": "which one", "Choices": {"1": {"Display": "A"}, "2": {"Display": "B"}},
        "ChoiceOrder": [1, 2], "Randomization": {"Type": "All"},
        "DisplayLogic": {"0": {"Type": "If"}, "Type": "BooleanExpression"}}},
      {"Element": "SQ", "PrimaryAttribute": "QID4", "Payload": {
        "QuestionText": "How far do you agree?", "QuestionType": "Matrix", "Selector": "Likert",
        "SubSelector": "SingleAnswer", "DataExportTag": "agree",
        "Choices": {"1": {"Display": "It was real"}, "2": {"Display": "It was hard"}},
        "ChoiceOrder": ["2", "1"], "ChoiceDataExportTags": {"1": "agree_real"},
        "Answers": {"1": {"Display": "Not at all"}, "2": {"Display": "2"}, "3": {"Display": "Very"}},
        "AnswerOrder": ["1", "2", "3"], "RecodeValues": {"1": "1", "2": "2", "3": "3"},
        "Validation": {"Settings": {"ForceResponse": "ON"}}}},
      {"Element": "SQ", "PrimaryAttribute": "QID5", "Payload": {
        "QuestionText": "Backwards?", "QuestionType": "Matrix", "Selector": "Likert",
        "SubSelector": "SingleAnswer", "DataExportTag": "back",
        "Choices": {"1": {"Display": "Row"}}, "ChoiceOrder": ["1"], "ChoiceDataExportTags": false,
        "DisplayLogic": {"0": {"0": {"LogicType": "Question", "QuestionID": "QID2",
            "ChoiceLocator": "q://QID2/SelectableChoice/4", "Operator": "Selected",
            "LeftOperand": "q://QID2/SelectableChoice/4", "Type": "Expression"},
          "1": {"LogicType": "Question", "Conjuction": "Or", "Operator": "Selected",
            "ChoiceLocator": "q://QID3/SelectableChoice/1", "Type": "Expression"}, "Type": "If"},
          "Type": "BooleanExpression", "inPage": false},
        "Answers": {"1": {"Display": "Never"}, "2": {"Display": "Often"}},
        "AnswerOrder": ["1", "2"], "RecodeValues": {"1": "1", "2": "0"}}},
      {"Element": "SQ", "PrimaryAttribute": "QID6", "Payload": {
        "QuestionText": "How much stress?", "QuestionType": "Slider", "Selector": "HSLIDER",
        "DataExportTag": "stress", "Choices": {"1": {"Display": ""}}, "ChoiceOrder": [1],
        "DisplayLogic": {"0": {"0": {"LogicType": "Question", "Operator": "Selected",
            "ChoiceLocator": "q://QID2/SelectableChoice/4", "Type": "Expression"}, "Type": "If"},
          "Type": "BooleanExpression"},
        "Labels": {"2": {"Display": "a lot"}, "1": {"Display": "none"}},
        "Configuration": {"CSSliderMin": "0", "CSSliderMax": 10, "NumDecimals": "1",
          "GridLines": 10, "SnapToGrid": false}}},
      {"Element": "SQ", "PrimaryAttribute": "QID7", "Payload": {
        "QuestionText": "Nearly done.", "QuestionType": "DB", "Selector": "TB",
        "DataExportTag": "Q7"}},
      {"Element": "SQ", "PrimaryAttribute": "QID8", "Payload": {
        "QuestionText": "Anything else, ${e://Field/name}?", "QuestionType": "TE", "Selector": "ML",
        "DataExportTag": "role", "Validation": {"Settings": {"ForceResponse": "OFF"}}}},
      {"Element": "SQ", "PrimaryAttribute": "QID9", "Payload": {
        "QuestionText": "Where?", "QuestionType": "HotSpot", "Selector": "OnOff",
        "DataExportTag": "where"}},
      {"Element": "SQ", "PrimaryAttribute": "QID99", "Payload": {
        "QuestionText": "Unused", "QuestionType": "TE", "Selector": "SL", "DataExportTag": "Q99"}}
     ]}
    """#

/// The first rows of a data export, made up for these tests.
let dataExport =
    "\u{feff}StartDate,ResponseId,Q1,Q2_1,Q2_3,Q2_3_TEXT,Q3_1,Q3_2,Q4,Q5_NPS_GROUP,Q5,Q6_DO_1,2_Q7\r\n"
    + #""Start Date","Response ID","How, are you?","Which? - A","Which? - Other","Which? - Other - Text","Rate "#
    + #"- ""one""","Rate - two","Say\#nmore","Recommend? - Group","Recommend?","Order","Loop""#
    + "\r\n"
    + [
        #"{""ImportId"":""startDate"",""timeZone"":""America/Denver""}"#,
        #"{""ImportId"":""_recordId""}"#, #"{""ImportId"":""QID1""}"#,
        #"{""ImportId"":""QID2"",""choiceId"":""1""}"#,
        #"{""ImportId"":""QID2"",""choiceId"":""3""}"#, #"{""ImportId"":""QID2_3_TEXT""}"#,
        #"{""ImportId"":""QID3_1""}"#, #"{""ImportId"":""QID3_2""}"#,
        #"{""ImportId"":""QID4_TEXT""}"#, #"{""ImportId"":""QID5_NPS_GROUP""}"#,
        #"{""ImportId"":""QID5""}"#, #"{""ImportId"":""QID6_DO""}"#,
        #"{""ImportId"":""2_QID7""}"#,
    ].map { "\"\($0)\"" }.joined(separator: ",") + "\r\n"
    + "2026-11-01 10:00,R_1,3,1,,,4,5,free text,Promoter,9,1,x\r\n"
