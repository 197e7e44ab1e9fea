"""XML and JSON as devices send them."""

import pytest

from rasid.errors import InvalidEvent
from services.ingest.payload import json_document, xml_document
from services.ingest.payload.charset import first_character, to_utf8
from services.ingest.payload.tree import Node

PLATE = "无车牌 ب"


def root_text(body, charset=""):
    return xml_document.parse(body, charset).root


def reason(parse, body):
    with pytest.raises(InvalidEvent) as caught:
        parse(body)
    assert caught.value.detail
    return caught.value.reason


@pytest.mark.parametrize(
    "body",
    [
        f"<a>{PLATE}</a>".encode(),
        b"\xef\xbb\xbf" + f"<a>{PLATE}</a>".encode(),
        f'\r\n \t<?xml version="1.0" encoding="UTF-8"?><a>{PLATE}</a>\0\0\n'.encode(),
        f'<?xml version="1.0" encoding="ISO-8859-1"?><a>{PLATE}</a>'.encode(),
        f'<?xml version="1.0" encoding="us-ascii"?><a>{PLATE}</a>'.encode(),
        f'<?xml version="1.0" encoding="klingon"?><a>{PLATE}</a>'.encode(),
        f'<?xml version="1.0" encoding="UTF-16"?><a>{PLATE}</a>'.encode(),
        f'<?xml version="1.0" encoding="gb18030"?><a>{PLATE}</a>'.encode("gb18030"),
        f"\ufeff<a>{PLATE}</a>".encode("utf-16-le"),
        f"\ufeff<a>{PLATE}</a>".encode("utf-16-be"),
        f"<a>{PLATE}</a>".encode("utf-16-le"),
        f"<a>{PLATE}</a>".encode("utf-16-be"),
        f"<!-- a comment --><?target data?><a><!-- <b> -->{PLATE}</a>".encode(),
        f"<a><![CDATA[{PLATE}]]></a>".encode(),
    ],
)
def test_a_document_is_read_in_the_encoding_it_is_really_in(body):
    document = xml_document.parse(body)
    assert document.root == PLATE
    assert not document.is_damaged
    assert xml_document.root_name(body) == "a"


@pytest.mark.parametrize(
    ("charset", "encoding", "text"),
    [
        ("gb2312", "gb2312", "鲁A12345"),
        ("windows-1256", "cp1256", "ميسان"),
        ("windows-1252", "cp1252", "Süd"),
        ("big5", "big5", "無車牌"),
    ],
)
def test_the_charset_of_the_content_type_counts_where_the_document_says_none(charset, encoding, text):
    assert root_text(f"<a>{text}</a>".encode(encoding), charset) == text


def test_bytes_that_fit_nothing_are_marked_and_the_rest_is_read():
    document = xml_document.parse(b"<a><b>gate \xe9</b><c>13A12345</c></a>")
    assert document.is_damaged
    fields = document.fields
    assert (fields.text("b"), fields.text("c")) == ("gate \ufffd", "13A12345")


def test_a_dangerous_codec_is_not_used_because_a_device_names_it():
    for name in ("base64", "zip", "unicode_escape", "utf-7", "idna", "rot13"):
        body = f'<?xml version="1.0" encoding="{name}"?><a>+ADw- \\u0041 é</a>'.encode()
        assert to_utf8(body) == (body, False)


@pytest.mark.parametrize(
    "body",
    [
        b'<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>',
        b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>',
        b'<?xml version="1.0"?><!-- c --> <!DOCTYPE a [<!ENTITY % p SYSTEM "http://192.0.2.1/">%p;]><a/>',
        b'\xef\xbb\xbf\n<!DOCTYPE a [<!ENTITY a "aaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><a b="&b;">&b;</a>',
        '<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>'.encode("utf-16"),
    ],
)
def test_a_document_type_declaration_is_refused_whatever_is_in_it(body):
    assert reason(xml_document.parse, body) == "xml_entities_refused"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" ",
        b"plain text",
        b"<",
        b"<a",
        b"<a>",
        b"<a></b>",
        b"<a>&foo;</a>",
        b"<a>\x01</a>",
        b"<a>&#0;</a>",
        b"<a b=1/>",
        b"<a/><b/>",
        b"<a><x:b></a>",
        b"\x00",
        b"{}",
    ],
)
def test_what_is_not_well_formed_is_refused_with_the_place_and_without_its_words(body):
    assert reason(xml_document.parse, body) == "xml_not_well_formed"


def test_a_refusal_does_not_quote_the_document():
    with pytest.raises(InvalidEvent) as caught:
        xml_document.parse(b"<a><plate>13A12345</palte></a>")
    assert "13A12345" not in str(caught.value)
    assert "plate" not in caught.value.detail


def test_prefixes_nobody_declared_are_tolerated():
    document = xml_document.parse(b'<tt:a xmlns="urn:x"><tt:b>1</tt:b><c>2</c></tt:a>')
    assert document.name == "a"
    fields = document.fields
    assert (fields.text("b"), fields.text("c")) == ("1", "2")


def test_size_and_depth_are_limited():
    assert reason(xml_document.parse, b"<a>" + b" " * xml_document.MAX_BYTES + b"</a>") == "xml_too_large"
    assert reason(xml_document.parse, b"<a>" + b"<b/>" * xml_document.MAX_TAGS + b"</a>") == "xml_too_large"
    assert reason(xml_document.parse, b"<a>" * 40 + b"</a>" * 40) == "xml_too_deep"
    assert reason(xml_document.parse, b"<a>" * 19_000 + b"</a>" * 19_000) == "xml_too_deep"
    assert reason(xml_document.parse, b"<a>" * 30_000) == "xml_not_well_formed"


@pytest.mark.parametrize(
    ("body", "pieces"),
    [
        (b"<a>1</a>", [b"<a>1</a>"]),
        (b"<a>1</a>\r\n<a>2</a>\n", [b"<a>1</a>", b"<a>2</a>"]),
        (b'<?xml version="1.0"?><a/> <?xml?><a>2</a >', [b'<?xml version="1.0"?><a/>', b"<?xml?><a>2</a >"]),
        (b"<a><b></b></a><b><a></a></b>", [b"<a><b></b></a>", b"<b><a></a></b>"]),
        (b"<x:a>1</x:a><a>2</a>", [b"<x:a>1</x:a>", b"<a>2</a>"]),
        (b"<a>1</a>trailing", [b"<a>1</a>", b"trailing"]),
        (b"<a>1", [b"<a>1"]),
        (b"<ab>1</ab><a>2</a>", [b"<ab>1</ab>", b"<a>2</a>"]),
        (b"", []),
    ],
)
def test_documents_after_one_another_are_cut_apart(body, pieces):
    assert xml_document.split(body) == pieces


@pytest.mark.parametrize(
    "body",
    [
        b'{"a": "1"}',
        b'\xef\xbb\xbf\n{"a": "1"}\0',
        b'{"a": "1" // a comment\n}',
        b'{/* "a": "2", */ "a": "1"}',
        '{"a": "1"}'.encode("utf-16-le"),
    ],
)
def test_json_is_read_with_what_devices_and_documents_add(body):
    assert first_character(body) in json_document.OPENINGS
    assert json_document.parse(body) == {"a": "1"}


def test_what_looks_like_a_comment_inside_a_text_is_text():
    assert json_document.parse(b'{"a": "http://x/*y*/\\"//z" // c\n}') == {"a": 'http://x/*y*/"//z'}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"{", "json_not_well_formed"),
        (b'{"a": NaN}', "json_not_well_formed"),
        (b'{"a": 1e999}', "json_not_well_formed"),
        (b"{a: 1}", "json_not_well_formed"),
        (b'{"a": "\xff"}', None),
        (b"[" * 100_000, "json_too_deep"),
        (b'{"a": ' * 100_000 + b"1", "json_too_deep"),
        (b" " * (json_document.MAX_BYTES + 1), "json_too_large"),
        (b"[" + b"0," * (json_document.MAX_VALUES + 1) + b"0]", "json_too_large"),
    ],
)
def test_json_that_cannot_be_read_is_refused(body, expected):
    if expected is None:
        assert json_document.parse(body) == {"a": "\ufffd"}
    else:
        assert reason(json_document.parse, body) == expected


def test_a_tree_reads_the_same_from_xml_and_json():
    from_xml = xml_document.parse(
        b"<r xmlns='urn:x'><a> 1 </a><b><c>2</c></b><b><c>3</c></b><d/><e>true</e></r>",
    ).fields
    from_json = Node.from_json({"a": 1, "b": [{"c": "2"}, {"c": 3}], "d": None, "e": True})
    for node in (from_xml, from_json):
        assert node.text("a") == "1"
        assert [one.text("c") for one in node.nodes("b")] == ["2", "3"]
        assert node.text("d") is None
        assert node.text("absent", "e") == "true"
        assert node.node("absent").node("deeper").text("x") is None
        assert not node.node("absent")


def test_control_characters_and_endless_texts_are_no_values():
    node = Node.from_json({"a": "13\x00A\n1", "b": "x" * 300, "c": "\u200e13"})
    assert node.text("a") == "13A1"
    assert node.text("b") is None
    assert node.text("c") == "\u200e13"


def test_json_nested_deeper_than_a_tree_may_be_is_refused():
    value = {}
    for _ in range(40):
        value = {"a": value}
    assert reason(Node.from_json, value) == "json_too_deep"


def test_attributes_are_fields_when_they_are_asked_for_and_text_stands_beside_them():
    body = (
        b'<t:R xmlns:t="urn:x" t:id="7"><Type Likelihood="0.9">Car</Type>'
        b'<Item Name="Plate" Value=" 13A1 "/><Bare/></t:R>'
    )
    fields = xml_document.parse(body, with_attributes=True).fields
    assert fields.text("@id") == "7"
    assert (fields.text("Type"), fields.node("Type").number("@Likelihood")) == ("Car", 0.9)
    assert (fields.node("Item").text("@Name"), fields.node("Item").text("@Value")) == ("Plate", "13A1")
    assert (fields.text("Bare"), fields.text("@t")) == (None, None)
    without = xml_document.parse(body).fields
    assert (without.text("Type"), without.text("@id"), bool(without.node("Item"))) == ("Car", None, False)


def test_json_written_as_xml_with_attributes_reads_the_same():
    fields = Node.from_json({"@id": 7, "Type": {"@Likelihood": 0.9, "#text": "Car"}})
    assert (fields.text("@id"), fields.text("Type"), fields.node("Type").number("@Likelihood")) == ("7", "Car", 0.9)


def test_numbers_lists_and_lists_in_lists():
    node = Node.from_json({"box": [1, 2.5, "3", 4], "bad": [1, None], "points": [[0, 1], [2, 3], ["x"]], "n": "1e999"})
    assert node.numbers("box") == (1.0, 2.5, 3.0, 4.0)
    assert (node.numbers("bad"), node.numbers("absent"), node.number("n")) == ((), (), None)
    assert node.lists("points") == [(0.0, 1.0), (2.0, 3.0), ()]
    assert node.texts("box") == ["1", "2.5", "3", "4"]


@pytest.mark.parametrize(
    ("value", "expected"), [("true", True), (1, True), (True, True), ("0", False), ("", None), ("?", None)]
)
def test_yes_and_no(value, expected):
    assert Node.from_json({"a": value}).flag("absent", "a") is expected


def test_a_long_text_is_there_for_who_asks_for_it():
    node = Node.from_json({"picture": "x" * 300})
    assert (node.text("picture"), node.long_text("picture")) == (None, "x" * 300)


def test_a_list_can_be_the_whole_document():
    assert [one.text("a") for one in Node.from_json([{"a": 1}, {"a": 2}]).nodes("")] == ["1", "2"]


def test_a_node_is_written_as_json_has_it_without_what_may_not_be_kept():
    node = Node.from_json({"a": 1, "name": "somebody", "b": [{"name": "x", "c": ["d", None]}]})
    assert node.plain() == {"a": ["1"], "name": ["somebody"], "b": [{"name": ["x"], "c": ["d", ""]}]}
    assert node.plain({"name"}) == {"a": ["1"], "b": [{"c": ["d", ""]}]}


def test_a_node_without_some_of_its_fields_leaves_the_document_as_it_was():
    node = Node.from_json({"a": 1, "b": [2, {"c": 3}], "d": None})
    rest = node.without("a", "d")
    assert (rest.plain(), "a" in node) == ({"b": ["2", {"c": ["3"]}]}, True)


def test_the_values_of_a_field_are_texts_and_nodes_in_their_order():
    node = Node.from_json({"a": [" x ", {"#text": "y"}, None, [1, 2]], "b": "z", "c": []})
    text, inner, nothing, items = node.values("a")
    assert (text, inner.own_text, nothing, items.numbers("")) == ("x", "y", "", (1.0, 2.0))
    assert (node.values("b"), node.values("c"), node.values("absent")) == (["z"], [], [])


@pytest.mark.parametrize(
    ("value", "expected"),
    [(7, 7.0), (0.5, 0.5), (" 0.5 ", 0.5), ("1_0", None), (True, None), (10**50, None), ([], None)],
)
def test_a_number_is_read_from_whatever_writes_one(value, expected):
    assert Node({"a": value}).number("a", "b") == expected
    assert Node({"a": value, "b": 3}).number("a", "b") == (3.0 if value == [] else expected)


def test_a_document_of_few_brackets_is_not_searched_for_its_depth():
    deep = {}
    for _ in range(40):
        deep = {"a": deep}
    assert Node.from_json(deep, b"{}").node("a")
    assert reason(lambda value: Node.from_json(value, b"{" * 41), deep) == "json_too_deep"
