"""The demo's small city: a few sites and cameras, and the plates that drive through it. Everything is invented."""

import random
from dataclasses import dataclass, field

LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ"
ARABIC_DIGITS = "٠١٢٣٤٥٦٧٨٩"
ARABIC_LETTERS = "ابدرسطك"
MAYSAN = "13"
OLD_PLATE_SHARE = 0.2
TIME_ZONE = "Asia/Baghdad"


@dataclass(frozen=True, slots=True)
class Site:
    """A place with cameras, named as people there name it."""

    site_id: str
    ar: str
    fr: str
    en: str
    kind: str
    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class Camera:
    """A plate camera at a site."""

    camera_id: str
    site: Site
    heading_degrees: int


SITES = (
    Site("bridge", "الجسر الكبير", "Le grand pont", "Great bridge", "main_street", 31.8356, 47.1448),
    Site("market", "السوق", "Le marché", "Market", "commercial", 31.8401, 47.1502),
    Site("hospital", "المستشفى", "L'hôpital", "Hospital", "government", 31.8312, 47.1377),
    Site("north-gate", "المدخل الشمالي", "Entrée nord", "North gate", "main_street", 31.8620, 47.1412),
)
CAMERAS = tuple(
    Camera(f"{site.site_id}-{side}", site, heading)
    for site in SITES
    for side, heading in (("in", 90), ("out", 270), ("lane2", 180))
)


@dataclass(slots=True)
class Traffic:
    """Plates as they pass, reproducible from a seed: mostly new Latin plates, some older Arabic ones."""

    rng: random.Random = field(default_factory=lambda: random.Random(7))

    def plate(self) -> str:
        """The next vehicle's plate as its camera writes it."""
        number = f"{self.rng.randrange(100_000):05d}"
        if self.rng.random() < OLD_PLATE_SHARE:
            digits = "".join(ARABIC_DIGITS[int(digit)] for digit in number)
            return f"{digits} {self.rng.choice(ARABIC_LETTERS)}"
        return f"{MAYSAN} {self.rng.choice(LETTERS)} {number}"

    def camera(self) -> Camera:
        """The camera it passes."""
        return self.rng.choice(CAMERAS)
