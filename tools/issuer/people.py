"""Who can sign in at the demo's issuer. They are made up, and have no passwords: the page asks who you want to be."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of an agency. `name` is what they are chosen by, `subject` what cases and audit records call them."""

    name: str
    subject: str
    agency: str
    roles: tuple[str, ...]
    ar: str
    fr: str
    en: str


@dataclass(frozen=True, slots=True)
class Machine:
    """A client that is nobody, by its scopes."""

    client_id: str
    agency: str
    scopes: tuple[str, ...]


_PEOPLE = (
    Person(
        *("amal", "officer.amal", "police", ("investigator",)),
        *("أمل، محقّقة في الشرطة", "Amal, enquêtrice, police", "Amal, investigator, police"),
    ),
    Person(
        *("karim", "officer.karim", "police", ("operator",)),
        *("كريم، مشغّل غرفة المراقبة، الشرطة", "Karim, opérateur, police", "Karim, control-room operator, police"),
    ),
    Person(
        *("amira", "officer.amira", "police", ("supervisor",)),
        *("أميرة، مشرفة في الشرطة", "Amira, superviseure, police", "Amira, supervisor, police"),
    ),
    Person(
        *("yasmin", "officer.yasmin", "police", ("senior-officer",)),
        *("ياسمين، ضابطة أقدم، الشرطة", "Yasmin, officier supérieur, police", "Yasmin, senior officer, police"),
    ),
    Person(
        *("salim", "admin.salim", "police", ("administrator",)),
        *("سليم، مدير النظام، الشرطة", "Salim, administrateur, police", "Salim, administrator, police"),
    ),
    Person(
        *("omar", "officer.omar", "traffic", ("operator",)),
        *("عمر، مشغّل، المرور", "Omar, opérateur, circulation", "Omar, operator, traffic"),
    ),
    Person(
        *("sara", "agent.sara", "intelligence", ("investigator",)),
        *("سارة، محقّقة، الاستخبارات", "Sara, enquêtrice, renseignement", "Sara, investigator, intelligence"),
    ),
    Person(
        *("idris", "agent.idris", "national-security", ("investigator",)),
        *(
            "إدريس، محقّق، الأمن الوطني",
            "Idris, enquêteur, sécurité nationale",
            "Idris, investigator, national security",
        ),
    ),
    Person(
        *("nadia", "auditor.nadia", "oversight", ("auditor",)),
        *("نادية، مدقّقة، هيئة الرقابة", "Nadia, auditrice, contrôle", "Nadia, auditor, oversight"),
    ),
)
PEOPLE: Mapping[str, Person] = {person.name: person for person in _PEOPLE}
RECORDER = Machine("recorder-north", "police", ("rasid:clips.deliver",))
