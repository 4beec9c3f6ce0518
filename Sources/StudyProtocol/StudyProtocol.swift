// StudyProtocol
