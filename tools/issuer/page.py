"""The page that asks who you want to be. It says in three languages that it proves nothing."""

from collections.abc import Mapping
from html import escape

from tools.issuer.people import PEOPLE, Person

_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 44rem; margin: 2rem auto; padding: 0 1rem; }
header { border: 3px solid #b00020; padding: .5rem 1rem; }
h1 { color: #b00020; margin: 0; }
button { display: block; width: 100%; padding: .6rem 1rem; margin: .4rem 0; font: inherit; text-align: start; }
small { display: block; color: #444; }
"""
_TOLD = (
    ("ar", "تجربة فقط: لا يُتحقَّق هنا من أحد. اختر من تريد أن تكون، فيصدر رمز يقول إنك هو وإنه أثبت هويته بعاملين."),
    ("fr", "Démonstration : personne n'est authentifié ici. Choisissez qui vous voulez être."),
    ("en", "Nobody is authenticated here. Choose who you want to be; the token says that two factors were proved."),
)


def sign_in_page(fields: Mapping[str, str]) -> str:
    """The page; `fields` are the request, which comes back with the choice."""
    hidden = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
        for name, value in fields.items()
        if name != "person"
    )
    told = "".join(f'<p lang="{tongue}"{_direction(tongue)}>{escape(text)}</p>' for tongue, text in _TOLD)
    people = "".join(_button(person) for person in PEOPLE.values())
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>DEMO · Rasid</title>'
        f'<meta name="viewport" content="width=device-width"><style>{_STYLE}</style>'
        f'<header><h1>DEMO · <span lang="ar" dir="rtl">تجربة</span> · DÉMO</h1>{told}</header>'
        f'<form method="post" action="/authorize">{hidden}{people}</form></html>'
    )


def _button(person: Person) -> str:
    return (
        f'<button name="person" value="{escape(person.name)}"><span lang="ar" dir="rtl">{escape(person.ar)}</span>'
        f'<small lang="fr">{escape(person.fr)}</small><small lang="en">{escape(person.en)}</small></button>'
    )


def _direction(tongue: str) -> str:
    return ' dir="rtl"' if tongue == "ar" else ""
