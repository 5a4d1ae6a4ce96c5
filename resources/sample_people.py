"""The invented people of the sample workbook; any likeness to real ones is chance."""

from __future__ import annotations

from dataclasses import dataclass

NBSP = "\u00a0"


@dataclass(frozen=True, slots=True)
class Person:
    """One row of the sample."""

    name: str
    department: str
    source: str
    target: str
    batch: str
    owner: str
    agreed: str
    """ISO date, or "" when nobody agreed yet."""
    size_gb: float
    note: str = ""


_NAMES = (
    "Amara Okafor, Anton Vesely, Beatriz Lourenco, Bram de Wit, Carla Mancini, Chidi Eze,"
    " Dagny Solberg, Daniel Ruiz, Elena Petrova, Emeka Obi, Farah Nassar, Felix Baumann,"
    " Freya Lindqvist, Gabriel Costa, Greta Novak, Hana Kimura, Hugo Lefevre, Ines Cardoso,"
    " Ivan Horvat, Jana Dvorak, Jonas Keller, Karim Haddad, Katja Virtanen, Kofi Mensah,"
    " Laila Rahman, Lars Nygaard, Leonor Pinto, Luka Zupan, Maeve Brennan, Marco Bianchi,"
    " Mei Tanaka, Mikkel Holm, Nadia Benali, Nils Aberg, Noor Visser, Olga Sokolova,"
    " Omar Farouk, Paula Jimenez, Petr Kolar, Priya Raman, Quentin Moreau, Rania Saleh,"
    " Renata Silva, Rosa Delgado, Ruben Maes, Sanna Laine, Sofia Greco, Stefan Wagner,"
    " Tariq Aziz, Teresa Fuentes, Tomasz Zielinski, Uma Krishnan, Vera Popescu, Viktor Szabo,"
    " Wanda Nowak, Yara Haidar, Yusuf Demir, Zofia Wrobel"
)
_DEPARTMENTS = ("Finance", "Sales", "Research", "Operations", "Legal", "People")
_OWNERS = ("M. Brandt", "S. Okoye", "L. Ferrant")
_NOTES = {
    3: "On leave until Monday",
    8: "Shares a folder with Finance: tell them first",
    15: "Two laptops",
    22: "Wants to be called before",
    31: "Large video archive",
    40: "Part time, Tuesday and Thursday",
    47: "Assistant: Ines Cardoso",
}


def _usual() -> list[Person]:
    people = []
    for number, name in enumerate(one.strip() for one in _NAMES.split(",")):
        first, *rest = name.lower().split()
        alias = f"{first}.{''.join(rest)}"
        batch = "Pilot" if number % 12 == 5 else f"Wave {number % 3 + 1}"
        size = round(0.8 + (number * 37 % 101) / 4 + (60 if number == 31 else 0), 1)
        people.append(
            Person(
                name=name,
                department=_DEPARTMENTS[number * 5 % 6],
                source=f"{alias}@contoso.com",
                target=f"{alias}@northwindtraders.com",
                batch=batch,
                owner=_OWNERS[number % 3],
                agreed="" if number % 9 == 4 else f"2026-11-{number % 20 + 2:02d}",
                size_gb=size,
                note=_NOTES.get(number, ""),
            )
        )
    return people


def _wrong() -> dict[int, Person]:
    """What lists that went through many hands look like; each is wrong in its own way."""

    def person(name: str, source: str, target: str, note: str = "") -> Person:
        return Person(name, "Sales", source, target, "Wave 2", "S. Okoye", "", 4.2, note)

    contoso, northwind = "@contoso.com", "@northwindtraders.com"
    return {
        7: person("Aoife O'Neill", f"aoife.o'neill{contoso}", f"aoife.oneill{northwind}"),
        14: person("Pavel Marek", f"pavel.marek{contoso}{NBSP}", f"pavel.marek{northwind}"),
        21: person("Sven Dahl", f"sven.dahl{contoso}", "", "New account asked for on 12 Nov"),
        30: person(
            "Lucia Ferri",
            "lucia.ferri_fabrikam.com#EXT#@contoso.onmicrosoft.com",
            f"lucia.ferri{northwind}",
            "Consultant",
        ),
        38: person("Hana Kimura", f"Hana.Kimura{contoso}", f"hana.kimura2{northwind}", "Again?"),
        45: person("Tobias Frey", "tobias.frey.contoso.com", f"tobias.frey{northwind}"),
        52: person("Milan Jovic", f"milan.jovic{contoso}", f"milan.jovic{contoso}"),
    }


def everybody() -> list[Person]:
    """All rows of the sample, in their order."""
    people = _usual()
    for place, person in sorted(_wrong().items()):
        people.insert(place, person)
    return people
