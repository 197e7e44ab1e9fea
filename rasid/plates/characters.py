"""Which characters of a plate mean the same. Only what is certain by Unicode or by the shape of a whole letter.

Look-alikes within a script (0 and O, ٥ and ه) are not here: those are confusions of a reader, they belong to
similarity and never change a read.
"""

# Upper-case Cyrillic and Greek letters drawn exactly as a Latin one. Plates of the countries that use them carry only
# these letters (so that foreign police can read them), and some devices send them for Latin plates.
CYRILLIC = {
    "А": "A",
    "В": "B",
    "Е": "E",
    "Ѕ": "S",
    "І": "I",
    "Ј": "J",
    "К": "K",
    "М": "M",
    "Н": "H",
    "О": "O",
    "Р": "P",
    "С": "C",
    "Т": "T",
    "У": "Y",
    "Х": "X",
}
GREEK = {
    "Α": "A",
    "Β": "B",
    "Ε": "E",
    "Ζ": "Z",
    "Η": "H",
    "Ι": "I",
    "Κ": "K",
    "Μ": "M",
    "Ν": "N",
    "Ο": "O",
    "Ρ": "P",
    "Τ": "T",
    "Υ": "Y",
    "Χ": "X",
}
HOMOGLYPHS = str.maketrans(CYRILLIC | GREEK)

# One Arabic letter under several code points: keyboards of Arabic, Persian and Kurdish differ, plates do not.
ARABIC_VARIANTS = str.maketrans(
    {
        "أ": "ا",
        "إ": "ا",
        "آ": "ا",
        "ٱ": "ا",
        "ى": "ي",
        "ی": "ي",
        "ک": "ك",
        "ھ": "ه",
        "ة": "ه",
        "ە": "ه",
    },
)

# Arabic letters whose Latin counterpart is not in doubt: the ordinary transcription and the only official table of
# the region that prints both (Saudi Arabia's plates) agree on them, and on no others.
LATIN_COUNTERPARTS = {
    "ا": "A",
    "ب": "B",
    "د": "D",
    "ر": "R",
    "س": "S",
    "ط": "T",
    "ك": "K",
    "ل": "L",
    "ن": "N",
    "ه": "H",
}
