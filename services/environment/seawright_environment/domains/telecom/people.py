"""Names, places and goods of generated carriers. Our own lists; people are invented."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Town:
    """Where customers live."""

    name: str
    state: str
    zip_prefix: str
    area_code: str


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


def _town(entry: str) -> Town:
    name, state, zip_prefix, area_code = entry.split("/")
    return Town(
        name=name.replace("_", " "), state=state, zip_prefix=zip_prefix, area_code=area_code
    )


FIRST_NAMES: Sequence[str] = _words(
    "Abel Ada Adele Aisha Alma Amos Andrea Anton Astrid Ayla Bella Benno Beryl Bruno Cato Celia "
    "Cedric Clara Claude Conrad Cosima Dalia Darius Delia Desmond Dina Doris Edgar Elias Elin "
    "Elmer Enid Esther Etta Ezra Faith Felix Fiona Frances Fritz Galen Gemma Gideon Greta Hadley "
    "Harvey Heidi Hector Holly Howard Hugo Imani Irene Iris Ismael Ivan Jasper Jelena Joel Jolene "
    "Jules June Kamil Karin Klara Kurt Lars Leila Leo Lena Linus Lorna Ludwig Magda Malik Mara "
    "Marcel Maud Mina Moses Myra Nadia Nell Nestor Nina Norbert Nora Olga Oscar Otis Paula Percy "
    "Petra Priya Quentin Rafael Regina Rosa Rufus Sabine Salma Selma Simon Stella Tariq Tessa "
    "Theo Tilda Tobias Ulla Vera Viktor Viola Walter Wanda Wilma Xenia Yara Yusuf Zelda"
)
LAST_NAMES: Sequence[str] = _words(
    "Abbott Achterberg Albrecht Almeida Amundsen Arnold Asante Baker Baldwin Barros Becker Bell "
    "Berger Bianchi Birch Bjork Bosch Bowen Brandt Burke Byrne Campos Cardoso Castle Chen Clay "
    "Colombo Cooke Costa Craig Cross Dahl Dawson Delgado Dietrich Dixon Doyle Dunn Eckert Eklund "
    "Ellis Engel Fabre Falk Fischer Fontaine Fox Franke Fuchs Gallo Garza Gerard Girard Glover "
    "Gomes Grant Gunn Haas Hahn Hale Hansen Hart Hayes Herrera Holm Huber Hull Ibarra Ivanov "
    "Jensen Jung Kaplan Keller Kent Klein Koch Kruger Kuhn Lambert Lang Larsson Leitner Lima "
    "Linden Lopez Lund Mack Madsen Mancini Marino Mayer Mercer Mohr Moser Muller Navarro Newton "
    "Noble Novak Ohara Olsen Osei Pace Parker Pavlov Perry Petit Pratt Quinn Ramos Rhodes Rivas "
    "Rojas Rossi Ruiz Sachs Santos Schulz Serrano Shaw Silva Simmons Stein Suarez Tanaka Toth "
    "Unger Vance Vega Vogel Voss Ward Weber Weiss West Wolfe Young Zeller Ziegler"
)
TOWNS: Sequence[Town] = tuple(
    _town(entry)
    for entry in _words(
        "Abilene/TX/796/325 Altoona/PA/166/814 Bangor/ME/044/207 Bellingham/WA/982/360 "
        "Billings/MT/591/406 Bismarck/ND/585/701 Boise/ID/837/208 Canton/OH/447/330 "
        "Casper/WY/826/307 Champaign/IL/618/217 Columbia/MO/652/573 Corvallis/OR/973/541 "
        "Decatur/AL/356/256 Dubuque/IA/520/563 Elmira/NY/149/607 Erie/PA/165/814 "
        "Flagstaff/AZ/860/928 Fort_Wayne/IN/468/260 Grand_Rapids/MI/495/616 Helena/MT/596/406 "
        "Hilo/HI/967/808 Ithaca/NY/148/607 Jackson/MS/392/601 Joplin/MO/648/417 "
        "Kalamazoo/MI/490/269 La_Crosse/WI/546/608 Laredo/TX/780/956 Lawrence/KS/660/785 "
        "Lubbock/TX/794/806 Macon/GA/312/478 Missoula/MT/598/406 Monroe/LA/712/318 "
        "Muncie/IN/473/765 Nashua/NH/030/603 Ocala/FL/344/352 Pueblo/CO/810/719 "
        "Roanoke/VA/240/540 Santa_Fe/NM/875/505 Sioux_City/IA/511/712 Yakima/WA/989/509"
    )
)
STREETS: Sequence[str] = tuple(
    name.replace("_", " ")
    for name in _words(
        "Acorn_Street Alder_Road Apple_Lane Ash_Court Bay_Street Beech_Avenue Bell_Lane "
        "Bluff_Road Canal_Street Cedar_Court Chapel_Road Cherry_Lane Clover_Way Coral_Street "
        "Crescent_Road Dale_Street Dune_Road Elder_Lane Fern_Court Fountain_Street Garden_Way "
        "Grove_Street Harbor_Road Heather_Lane Island_Avenue Juniper_Road Lake_Street "
        "Linden_Avenue Meadow_Lane Mill_Road Orchard_Street Pebble_Court Quarry_Road "
        "River_Street Rose_Lane Summit_Avenue Tulip_Street Valley_Road Willow_Way Windmill_Lane"
    )
)
MODELS: Mapping[str, Sequence[str]] = {
    "phone": ("Larch 4", "Larch 5", "Larch 5 Mini", "Heron S", "Heron S2", "Quill One", "Tern 12"),
    "tablet": ("Larch Slate", "Heron Page", "Quill Board"),
    "watch": ("Heron Pulse", "Tern Band"),
    "router": ("Harbor Hub", "Harbor Hub 2"),
}
"""Models by type of device."""
