"""Algerian plates: digits only, read from the right: wilaya, then class and year, then the serial with its zeros.

Sources: arrêté of 5 May 1988 as amended. Wilayas above 58 are not refused: new ones are being created.
"""

import re

from rasid.plates.formats import PlateFormat

_WILAYA_NAMES = """
Adrar, Chlef, Laghouat, Oum El Bouaghi, Batna, Béjaïa, Biskra, Béchar, Blida, Bouira, Tamanrasset, Tébessa, Tlemcen,
Tiaret, Tizi Ouzou, Alger, Djelfa, Jijel, Sétif, Saïda, Skikda, Sidi Bel Abbès, Annaba, Guelma, Constantine, Médéa,
Mostaganem, M'Sila, Mascara, Ouargla, Oran, El Bayadh, Illizi, Bordj Bou Arréridj, Boumerdès, El Tarf, Tindouf,
Tissemsilt, El Oued, Khenchela, Souk Ahras, Tipaza, Mila, Aïn Defla, Naâma, Aïn Témouchent, Ghardaïa, Relizane,
Timimoun, Bordj Badji Mokhtar, Ouled Djellal, Béni Abbès, In Salah, In Guezzam, Touggourt, Djanet, El M'Ghair, El Meniaa
"""
WILAYAS = {f"{number:02d}": name.strip() for number, name in enumerate(_WILAYA_NAMES.split(","), start=1)}
_PLATE = re.compile(r"([0-9]{1,6})([1-9])([0-9]{2})([0-9]{2})")
_PRESIDENCY = re.compile(r"([0-9]{6})00(16)")


def parse(text: str) -> PlateFormat | None:
    """Take a normalized Algerian plate apart; None when it is not one."""
    match = _PLATE.fullmatch(text)
    if match is not None and match[4] != "00":
        serial, vehicle_class, year, wilaya = match.groups()
        fields = {"serial": serial, "class": vehicle_class, "year": year, "wilaya": wilaya}
        return PlateFormat(fields, WILAYAS.get(wilaya))
    match = _PRESIDENCY.fullmatch(text)
    if match is not None:
        return PlateFormat({"serial": match[1], "wilaya": match[2]}, WILAYAS[match[2]])
    return None
