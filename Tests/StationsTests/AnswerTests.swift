import Testing

@testable import Stations

/// What a store answers, also where it means harm.
@Suite struct AnswerTests {
    private func read(_ text: String) throws -> AnswerElement {
        try AnswerReader.read(Array(text.utf8))
    }

    @Test func elementsAndTextsAreRead() throws {
        let root = try read(
            """
            \u{FEFF}<?xml version="1.0"?><!-- a --><s3:List a="1>2" xmlns='x'>
            <Key>a &amp; b&#x41;&#66;<![CDATA[<c>]]></Key><Empty/><In><Key>d</Key></In></s3:List>

            """)
        #expect(root.name == "List" && root.text("Key") == "a & bAB<c>")
        #expect(root.text("Empty") == "" && root.children.count == 3)
        #expect(root.all("In").first?.text("Key") == "d" && root.text("None") == nil)
    }

    @Test(arguments: [
        "", "x", "<a>", "<a></b>", "<a/><b/>", "</a>", "<a", "<a b=\"", "<a>&unknown;</a>",
        "<a>&#0;</a>", "<a>&#x110000;</a>", "<a>&amp</a>", "<a><!ELEMENT x></a>", "<![CDATA[x]]>",
        "<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>",
        "<!DOCTYPE a SYSTEM \"file:///etc/passwd\"><a/>", "<a><![CDATA[x</a>",
        "<a><?x</a>", "<a></a", "<a></a>tail",
    ])
    func whatIsNoAnswerIsRefused(text: String) {
        #expect(throws: StationsError.self) { try read(text) }
    }

    @Test func depthAndNumberAreBounded() {
        let deep = String(repeating: "<a>", count: 50) + String(repeating: "</a>", count: 50)
        #expect(throws: StationsError.self) { try read(deep) }
        let many = "<a>" + String(repeating: "<b/>", count: 200_001) + "</a>"
        #expect(throws: StationsError.self) { try read(many) }
        let long = [UInt8](repeating: 0x20, count: AnswerReader.most + 1)
        #expect(throws: StationsError.self) { try AnswerReader.read(long) }
    }

    private func page(_ text: String, prefix: String = "p/") throws -> ListingPage {
        try ListingPage(Array(text.utf8), prefix: prefix)
    }

    @Test func aListOfObjectsIsRead() throws {
        let found = try page(
            """
            <ListBucketResult><EncodingType>url</EncodingType><IsTruncated>true</IsTruncated>
            <NextContinuationToken>a&amp;b/=+</NextContinuationToken>
            <Contents><Key>p/a%2Bb+c</Key><Size>5</Size>
            <LastModified>2026-11-21T09:30:00.250Z</LastModified></Contents>
            <Contents><Key>other/x</Key><Size>5</Size></Contents>
            <Contents><Key>p/y</Key><Size>-1</Size></Contents>
            <Contents><Key>p/z</Key><Size>many</Size></Contents>
            <CommonPrefixes><Prefix>p/q%2F</Prefix></CommonPrefixes>
            <CommonPrefixes><Prefix>else/</Prefix></CommonPrefixes></ListBucketResult>
            """)
        #expect(
            found.objects == [
                StoredObject(key: "p/a+b c", size: 5, changedRealtime: 1_795_253_400_000_000_000)
            ])
        #expect(found.prefixes == ["p/q/"])
        #expect(found.next == ["continuation-token": "a&b/=+"])
        // Where it is not escaped, '+' and '%' are themselves.
        let plain = try page(
            "<ListBucketResult><Contents><Key>p/a+%41</Key><Size>1</Size></Contents></ListBucketResult>"
        )
        #expect(plain.objects.map(\.key) == ["p/a+%41"] && plain.next == nil)
    }

    @Test func uploadsAndPiecesAreRead() throws {
        let uploads = try page(
            """
            <ListMultipartUploadsResult><IsTruncated>true</IsTruncated>
            <NextKeyMarker>p/a</NextKeyMarker><NextUploadIdMarker>i1</NextUploadIdMarker>
            <Upload><Key>p/a</Key><UploadId>i1</UploadId><Initiated>x</Initiated></Upload>
            <Upload><Key>q/a</Key><UploadId>i2</UploadId></Upload>
            <Upload><Key>p/b</Key><UploadId>a b</UploadId></Upload></ListMultipartUploadsResult>
            """)
        #expect(
            uploads.sendings == [UnfinishedSending(key: "p/a", began: 0, identifier: "i1")])
        #expect(uploads.next == ["key-marker": "p/a", "upload-id-marker": "i1"])
        let pieces = try page(
            """
            <ListPartsResult><Part><PartNumber>2</PartNumber><Size>7</Size><ETag>"a&lt;1"</ETag></Part>
            <Part><PartNumber>10001</PartNumber><Size>7</Size></Part></ListPartsResult>
            """)
        #expect(pieces.pieces == [ListingPage.ListedPiece(number: 2, size: 7, tag: "a1")])
    }

    /// More follows, and nothing says where; or it is something else altogether.
    @Test(arguments: [
        "<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>",
        "<Error><Code>x</Code></Error>", "<html></html>",
    ])
    func whatIsNoListIsRefused(text: String) {
        #expect(throws: StationsError.self) { try page(text) }
    }

    @Test func momentsAreRead() {
        #expect(ListingPage.moment("2026-11-21T09:30:00Z") == 1_795_253_400_000_000_000)
        for text in [
            "", "yesterday", "2026-99-21T09:30:00Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z",
        ] {
            #expect(ListingPage.moment(text) == 0, "\(text)")
        }
        #expect(ListingPage.moment(nil) == 0)
    }

    @Test func refusalsSayWhatToDo() {
        func error(_ status: Int, _ code: String, _ more: String = "") -> StationsError {
            StoreFault(
                status: status,
                body: Array(
                    "<Error><Code>\(code)</Code><Message>m&#27;[2J</Message>\(more)</Error>".utf8)
            ).error("it", place: "s3://b", region: "eu-1")
        }
        #expect(error(404, "NoSuchBucket").code == .noPlace)
        #expect(error(403, "AccessDenied").code == .denied)
        #expect(error(403, "SignatureDoesNotMatch").code == .denied)
        #expect(error(403, "RequestTimeTooSkewed").description.contains("clock"))
        let elsewhere = error(301, "PermanentRedirect", "<Region>eu-2</Region>")
        #expect(elsewhere.description.contains("--region eu-2"))
        // What a stranger wrote moves no cursor.
        #expect(!error(400, "Odd").description.contains("\u{1B}"))
        for status in [429, 500, 502, 503, 504] {
            #expect(StoreFault(status: status, body: []).isPassing)
        }
        for status in [400, 403, 404, 412, 501] {
            #expect(!StoreFault(status: status, body: []).isPassing)
        }
    }
}
