"""Names and places of generated customers. Our own lists; people are invented."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class City:
    """A city and the first three digits of its zip codes."""

    name: str
    state: str
    zip_prefix: str


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


def _city(entry: str) -> City:
    name, state, zip_prefix = entry.split("/")
    return City(name=name.replace("_", " "), state=state, zip_prefix=zip_prefix)


FIRST_NAMES: Sequence[str] = _words(
    "Adele Alma Amir Anton Astrid Bela Boris Bruno Carla Celia Cedric Clara Dario Delia Dina Edgar "
    "Elena Elias Emil Enzo Esther Farah Felix Fiona Frida Gemma Gideon Greta Hana Hector Hugo Ida "
    "Igor Imani Iris Jana Jasper Joel Jonas Julia Kamal Karin Kenji Kofi Lara Leif Leona Linus "
    "Lucia Magnus Malik Marta Milan Mina Nadia Nils Nora Olga Oscar Paula Petra Quentin Rafael "
    "Renata Rosa Rufus Salma Selma Simon Stella Tariq Tessa Theo Tilda Ulric Vera Viktor Wanda "
    "Xenia Yosef Zelda"
)
LAST_NAMES: Sequence[str] = _words(
    "Abbott Adler Almeida Arden Baird Bauer Beck Bellini Blum Bosco Brandt Calder Castro Chen "
    "Costa Dahl Delgado Dufour Eklund Engel Faber Falk Ferrari Fischer Fontaine Forde Fuchs Gallo "
    "Gupta Haas Hale Hansen Hoang Holm Ibarra Ito Jansen Jensen Joshi Kane Keller Klein Kruse Lang "
    "Larsen Lindgren Lopes Lund Marin Mercer Meyer Mori Nakano Navarro Novak Obi Okafor Olsen "
    "Osman Pace Pavlov Pereira Petit Quinn Ramos Rao Reyes Riva Roth Sato Sauer Serra Sharma Sousa "
    "Stone Suzuki Tanaka Teller Toth Vance Vega Vogel Weber Wolf Yilmaz Zeller Zimmer"
)
CITIES: Sequence[City] = tuple(
    _city(entry)
    for entry in _words(
        "Albuquerque/NM/871 Atlanta/GA/303 Baltimore/MD/212 Boise/ID/837 Boston/MA/021 "
        "Buffalo/NY/142 Cincinnati/OH/452 Cleveland/OH/441 Des_Moines/IA/503 Detroit/MI/482 "
        "El_Paso/TX/799 Honolulu/HI/968 Kansas_City/MO/641 Las_Vegas/NV/891 Louisville/KY/402 "
        "Madison/WI/537 Memphis/TN/381 Miami/FL/331 Milwaukee/WI/532 Minneapolis/MN/554 "
        "Nashville/TN/372 New_Orleans/LA/701 Oakland/CA/946 Omaha/NE/681 Pittsburgh/PA/152 "
        "Portland/OR/972 Providence/RI/029 Raleigh/NC/276 Richmond/VA/232 Sacramento/CA/958 "
        "Salt_Lake_City/UT/841 Spokane/WA/992 St_Louis/MO/631 Tampa/FL/336 Tucson/AZ/857 "
        "Tulsa/OK/741"
    )
)
STREETS: Sequence[str] = tuple(
    name.replace("_", " ")
    for name in _words(
        "Alder_Court Amber_Road Aspen_Street Bay_Street Beacon_Road Birch_Lane Bluff_Road "
        "Canal_Street Canyon_Way Clover_Lane Coral_Avenue Creekside_Drive Dover_Street Falcon_Way "
        "Fern_Court Foundry_Street Garden_Row Granite_Avenue Harbor_Road Heron_Lane Ivy_Street "
        "Juniper_Way Kestrel_Court Lantern_Street Linden_Avenue Magnolia_Drive Market_Street "
        "Meadow_Road Mill_Lane Orchard_Street Pebble_Way Quarry_Road Saddle_Drive Station_Road "
        "Summit_Avenue Terrace_Drive Valley_Road Walnut_Court Windmill_Lane Wren_Street"
    )
)
UNITS: Sequence[str] = ("Apt", "Suite", "Unit")
BRANDS: Sequence[str] = ("visa", "mastercard")
