"""Private values that look real and belong to nobody: every checksum is right, every draw repeatable."""

from __future__ import annotations

import base64
import hashlib
import json
import random
import string
from collections.abc import Callable

from Crypto.Hash import keccak
from stdnum import iban, luhn, verhoeff

_FIRST = {
    "en": "Oliver Harriet Callum Imogen Desmond Philippa Rupert Winifred Alistair Beatrix Quentin Rosalind".split(),
    "de": "Annegret Thorsten Liselotte Burkhard Mechthild Jürgen Sieglinde Ruprecht Friederike Götz Ottilie Wolfram".split(),
    "fr": "Thibault Solène Gwenaëlle Maxence Apolline Étienne Capucine Loïc Ségolène Bastien Clémence Yann".split(),
    "es": "Íñigo Begoña Leocadia Gonzalo Macarena Ramiro Pilar Evaristo Nuria Leandro Consuelo Hernán".split(),
    "it": "Ludovica Ermanno Fiorella Gianluca Ornella Raffaele Serafina Tancredi Viola Ulderico Bianca Osvaldo".split(),
    "nl": "Maarten Liesbeth Joost Anneke Wouter Femke Sjoerd Marloes Thijs Hanneke Gijs Saskia".split(),
    "pl": "Zbigniew Grażyna Wojciech Małgorzata Bogusław Jadwiga Kazimierz Bożena Mieczysław Halina Ryszard Elżbieta".split(),
}
_LAST = {
    "en": "Fairweather Thistlewood Ashdown Pemberton Hollingsworth Cartwright Wolstenholme Braithwaite Featherstone Oakley".split(),
    "de": "Ziegelmayer Hinterstoisser Brückner Kaltenbach Oberhuber Schöngruber Weidenfeller Grabowski Lützow Rosenbaum".split(),
    "fr": "Charpentier Delacourt Lefèvre Rousselin Montfort Beauchamp Grandjean Vasseur Thibodeau Carpentier".split(),
    "es": "Villanueva Echeverría Santibáñez Zamorano Quiroga Benavides Olmedo Carrasco Iturbide Pizarro".split(),
    "it": "Castellani Montefiore Bellandi Sanguinetti Quattrocchi Farnesi Guidobaldi Tramontano Zanella Pellegrino".split(),
    "nl": "Hoogendoorn Kuipers Vermeulen Dijkstra Schoonhoven Ruijter Zandstra Brouwer Noordhoek Wijnbergen".split(),
    "pl": "Wiśniewski Krzyżanowski Szczepański Kowalczyk Górska Jabłoński Wróblewska Zieliński Pawłowska Sadowski".split(),
}
_DOMAINS = (
    "example.com",
    "example.org",
    "mail.example.net",
    "kanzlei.example.com",
    "praxis-nord.example.org",
    "uni.example.net",
)
_TOWNS = {
    "en": (("Salisbury", "SP1 3TB"), ("Harrogate", "HG1 2PW"), ("Norwich", "NR3 1AU")),
    "us": (("Springfield", "IL 62704"), ("Madison", "WI 53703"), ("Eugene", "OR 97401")),
    "de": (("Regensburg", "93047"), ("Bielefeld", "33602"), ("Graz", "8010"), ("Winterthur", "8400")),
    "fr": (("Limoges", "87000"), ("Besançon", "25000"), ("Quimper", "29000")),
    "es": (("Salamanca", "37001"), ("Albacete", "02001"), ("Lugo", "27001")),
    "it": (("Ferrara", "44121"), ("Bergamo", "24121"), ("Lecce", "73100")),
    "nl": (("Deventer", "7411 HT"), ("Middelburg", "4331 BK"), ("Assen", "9401 LH")),
    "pl": (("Opole", "45-018"), ("Kielce", "25-303"), ("Toruń", "87-100")),
}
_STREETS = {
    "en": ("Larkspur Lane", "Old Mill Road", "Abbey Street", "Windmill Close", "Kestrel Avenue"),
    "us": ("Maple Street", "Cedar Ridge Drive", "Lincoln Avenue", "Prairie View Court", "Sunset Boulevard"),
    "de": ("Lindenstraße", "Bahnhofstrasse", "Goethegasse", "Birkenweg", "Schillerplatz", "Am Kirchberg"),
    "fr": ("rue des Tilleuls", "avenue Victor Hugo", "boulevard Gambetta", "chemin de la Fontaine"),
    "es": ("Calle Mayor", "Avenida de la Constitución", "Calle de los Olivos", "Plaza del Mercado"),
    "it": ("Via Garibaldi", "Corso Vittorio Emanuele", "Viale dei Tigli", "Piazza San Marco"),
    "nl": ("Kerkstraat", "Prinsengracht", "Beatrixlaan", "Molenweg"),
    "pl": ("ul. Słoneczna", "ul. Mickiewicza", "al. Jana Pawła II", "ul. Długa"),
}
_B58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


class Values:
    """Draws values; the same seed gives the same ones."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)  # noqa: S311 - test data, not secrets
        self._used: set[str] = set()

    def new(self, draw: Callable[[], str]) -> str:
        """A value that was not drawn before."""
        while (value := draw()) in self._used:
            pass
        self._used.add(value)
        return value

    def digits(self, count: int) -> str:
        return "".join(self.dice.choice(string.digits) for _ in range(count))

    def letters(self, count: int, alphabet: str = string.ascii_letters + string.digits) -> str:
        return "".join(self.dice.choice(alphabet) for _ in range(count))

    def person(self, language: str = "en") -> str:
        return f"{self.dice.choice(_FIRST[language])} {self.dice.choice(_LAST[language])}"

    def email(self, language: str = "en") -> str:
        first, last = (_plain(word) for word in self.person(language).split())
        form = self.dice.choice(("{f}.{l}", "{f}{l}", "{i}{l}{n}", "{f}_{l}", "{f}.{l}+news"))
        name = form.format(f=first, l=last, i=first[:1], n=self.digits(2))
        return f"{name}@{self.dice.choice(_DOMAINS)}"

    def phone(self, language: str = "en") -> str:
        made = {
            "en": lambda: f"020 7946 0{self.digits(3)}",
            "us": lambda: f"({self.dice.choice(('212', '415', '617', '206'))}) 555-01{self.digits(2)}",
            "de": lambda: (
                f"+49 {self.dice.choice(('30', '89', '40'))} {self.digits(1).replace('0', '5')}{self.digits(6)}"
            ),
            "fr": lambda: f"+33 6 {' '.join(self.digits(2) for _ in range(4))}",
            "es": lambda: f"+34 6{self.digits(2)} {self.digits(3)} {self.digits(3)}",
            "it": lambda: f"+39 3{self.dice.choice(('20', '33', '47', '40'))} {self.digits(7)}",
            "nl": lambda: f"06-{self.dice.choice('1234')}{self.digits(7)}",
            "pl": lambda: f"+48 5{self.dice.choice(('01', '12', '04'))} {self.digits(3)} {self.digits(3)}",
        }
        return made[language]()

    def card(self) -> str:
        start, length = self.dice.choice((("4", 16), ("51", 16), ("55", 16), ("2221", 16), ("37", 15), ("6011", 16)))
        body = start + self.digits(length - 1 - len(start))
        number = body + luhn.calc_check_digit(body)
        return number if self.dice.random() < 0.4 else " ".join(number[at : at + 4] for at in range(0, length, 4))

    def iban(self) -> str:
        country, body = self.dice.choice(
            (
                ("DE", self.digits(18)),
                ("AT", self.digits(16)),
                ("NL", "INGB" + self.digits(10)),
                ("GB", "NWBK" + self.digits(14)),
                ("PL", self.digits(24)),
                ("DK", self.digits(14)),
            )
        )
        number = country + iban.calc_check_digits(f"{country}00{body}") + body
        return number if self.dice.random() < 0.5 else " ".join(number[at : at + 4] for at in range(0, len(number), 4))

    def ssn(self) -> str:
        return f"{self.dice.randint(101, 665):03}-{self.dice.randint(10, 99)}-{self.dice.randint(1000, 9999)}"

    def national(self, language: str = "us") -> str:
        made = {
            "us": self.ssn,
            "en": lambda: (
                f"{self.dice.choice(('AB', 'CE', 'JK', 'PR'))} {self.digits(2)} {self.digits(2)} {self.digits(2)} {self.dice.choice('ABCD')}"
            ),
            "es": self._dni,
            "fr": self._nir,
            "nl": self._bsn,
            "pl": self._pesel,
            "de": self._ahv,
            "it": self._fiscal,
            "in": self._aadhaar,
        }
        return made[language]()

    def ip(self) -> str:
        if self.dice.random() < 0.3:
            return "2001:db8:" + ":".join(self.letters(4, "0123456789abcdef").lstrip("0") or "1" for _ in range(6))
        return f"{self.dice.choice((10, 172, 192, 203))}.{self.dice.randint(0, 255)}.{self.dice.randint(0, 255)}.{self.dice.randint(1, 254)}"

    def mac(self) -> str:
        return self.dice.choice(":-").join(self.letters(2, "0123456789ABCDEF") for _ in range(6))

    def login(self) -> str:
        user = _plain(self.person().split()[0])
        return f"{self.dice.choice(('https', 'postgresql', 'ftp', 'amqp'))}://{user}:{self.letters(12)}@{self.dice.choice(_DOMAINS)}/{self.letters(6)}"

    def secret(self) -> str:
        made = (
            lambda: "ghp_" + self.letters(36),
            lambda: "sk-proj-" + self.letters(40),
            lambda: "AKIA" + self.letters(16, string.ascii_uppercase + string.digits),
            lambda: "xoxb-" + self.digits(12) + "-" + self.letters(24),
            lambda: "glpat-" + self.letters(20),
            self._jwt,
        )
        return self.dice.choice(made)()

    def password(self) -> str:
        return f"{self.letters(5)}{self.dice.choice('!#$%')}{self.digits(3)}{self.letters(3)}"

    def pem(self) -> str:
        body = "\n".join(self.letters(64, string.ascii_letters + string.digits + "+/") for _ in range(4))
        return f"-----BEGIN PRIVATE KEY-----\n{body}\n-----END PRIVATE KEY-----"

    def wallet(self) -> str:
        return self.dice.choice((self._bitcoin, self._ether))()

    def birth(self, language: str = "en") -> str:
        year, month, day = self.dice.randint(1932, 2009), self.dice.randint(1, 12), self.dice.randint(1, 28)
        months = "January February March April May June July August September October November December".split()
        made = {
            "en": f"{day} {months[month - 1]} {year}",
            "us": f"{month:02}/{day:02}/{year}",
            "de": f"{day:02}.{month:02}.{year}",
            "nl": f"{day:02}-{month:02}-{year}",
        }
        return made.get(
            language, f"{year}-{month:02}-{day:02}" if self.dice.random() < 0.5 else f"{day:02}/{month:02}/{year}"
        )

    def address(self, language: str = "en") -> str:
        number, street = self.dice.randint(2, 180), self.dice.choice(_STREETS[language])
        town, code = self.dice.choice(_TOWNS[language])
        if language in {"en", "us"}:
            return f"{number} {street}, {town}, {code}" if language == "us" else f"{number} {street}, {town} {code}"
        if language == "fr":
            return f"{number} {street}, {code} {town}"
        return f"{street}{',' if language in {'es', 'it'} else ''} {number}, {code} {town}"

    def medical(self) -> str:
        return f"{self.dice.choice(('', 'H-', 'KH'))}{self.digits(8)}"

    def passport(self) -> str:
        return f"{self.dice.choice('CXKMPL')}{self.letters(1, string.ascii_uppercase)}{self.digits(7)}"

    def licence(self) -> str:
        return f"{self.letters(1, string.ascii_uppercase)}{self.digits(3)}-{self.digits(4)}-{self.digits(4)}"

    def account(self) -> str:
        return self.digits(self.dice.choice((8, 9, 10)))

    def url(self) -> str:
        path = "/".join(self.letters(6, string.ascii_lowercase) for _ in range(self.dice.randint(1, 3)))
        return f"https://{self.letters(7, string.ascii_lowercase)}.example.{self.dice.choice(('com', 'org', 'net'))}/{path}"

    def vehicle(self) -> str:
        made = (
            lambda: f"{self.letters(1, 'BMKF')}-{self.letters(2, string.ascii_uppercase)} {self.digits(4)}",
            lambda: f"{self.letters(3, string.ascii_uppercase)} {self.digits(4)}",
            lambda: f"{self.dice.randint(1, 9)}{self.letters(3, string.ascii_uppercase)}{self.digits(3)}",
        )
        return self.dice.choice(made)()

    def place(self, language: str = "en") -> str:
        return self.dice.choice(_TOWNS[language])[0]

    def organisation(self) -> str:
        word = self.dice.choice(
            "Nordlicht Brightwater Castellum Ardenne Quintessa Holmgard Bluefern Veridian Ostwind".split()
        )
        more = self.dice.choice("Logistics Pharma Systems Capital Energie Foods Textil Robotics".split())
        return f"{word} {more} {self.dice.choice(('GmbH', 'Ltd', 'Inc', 'AG', 'LLC', 'B.V.', 'S.A.'))}"

    def _dni(self) -> str:
        number = self.digits(8)
        return number + "TRWAGMYFPDXBNJZSQVHLCKE"[int(number) % 23]

    def _nir(self) -> str:
        body = f"{self.dice.choice('12')}{self.digits(2)}{self.dice.randint(1, 12):02}{self.dice.randint(1, 95):02}{self.dice.randint(1, 990):03}{self.dice.randint(1, 990):03}"
        if body[5:7] == "20":
            body = body[:5] + "21" + body[7:]
        return f"{body}{97 - int(body) % 97:02}"

    def _bsn(self) -> str:
        while True:
            number = self.digits(9)
            total = sum(int(digit) * weight for digit, weight in zip(number, (9, 8, 7, 6, 5, 4, 3, 2, -1), strict=True))
            if total % 11 == 0 and number[0] != "0":
                return number

    def _pesel(self) -> str:
        body = f"{self.dice.randint(50, 99)}{self.dice.randint(1, 12):02}{self.dice.randint(1, 28):02}{self.digits(4)}"
        total = sum(int(digit) * weight for digit, weight in zip(body, (1, 3, 7, 9, 1, 3, 7, 9, 1, 3), strict=True))
        return f"{body}{-total % 10}"

    def _ahv(self) -> str:
        body = "756" + self.digits(9)
        total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(body))
        number = f"{body}{-total % 10}"
        return f"{number[:3]}.{number[3:7]}.{number[7:11]}.{number[11:]}"

    def _fiscal(self) -> str:
        from stdnum.it import codicefiscale

        body = f"{self.letters(6, 'BCDFGLMNPRST')}{self.dice.randint(40, 99)}{self.dice.choice('ABCDEHLMPRST')}{self.dice.randint(1, 28):02}{self.dice.choice('HFL')}{self.digits(3)}"
        return body + codicefiscale.calc_check_digit(body)

    def _aadhaar(self) -> str:
        body = self.dice.choice("23456789") + self.digits(10)
        number = body + verhoeff.calc_check_digit(body)
        return f"{number[:4]} {number[4:8]} {number[8:]}"

    def _jwt(self) -> str:
        def part(value: object) -> str:
            return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")

        return f"{part({'alg': 'HS256', 'typ': 'JWT'})}.{part({'sub': self.digits(8)})}.{self.letters(43)}"

    def _bitcoin(self) -> str:
        body = b"\x00" + self.dice.randbytes(20)
        data = body + hashlib.sha256(hashlib.sha256(body).digest()).digest()[:4]
        number, text = int.from_bytes(data), ""
        while number:
            number, rest = divmod(number, 58)
            text = _B58[rest] + text
        return "1" * (len(data) - len(data.lstrip(b"\x00"))) + text

    def _ether(self) -> str:
        lower = self.letters(40, "0123456789abcdef")
        digest = keccak.new(digest_bits=256, data=lower.encode()).hexdigest()
        return "0x" + "".join(c.upper() if int(d, 16) > 7 else c for c, d in zip(lower, digest, strict=False))


def _plain(word: str) -> str:
    table = str.maketrans("äöüßéèêëïîçñáíóúąćęłńóśźżÍÉ", "aousseeeiicnaiouacelnoszzie"[:27])
    return "".join(char for char in word.translate(table).lower() if char.isascii() and char.isalpha())
