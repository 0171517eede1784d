"""Names and places of generated users. Our own lists; people are invented."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Town:
    """Where users live."""

    name: str
    state: str
    zip_prefix: str


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


def _town(entry: str) -> Town:
    name, state, zip_prefix = entry.split("/")
    return Town(name=name.replace("_", " "), state=state, zip_prefix=zip_prefix)


FIRST_NAMES: Sequence[str] = _words(
    "Agnes Albert Amanda Anders Anita Arlo August Axel Basil Bertha Bianca Birgit Caleb Camila "
    "Carmen Chiara Clemens Cora Cyrus Dagmar Damian Daphne Dorian Edith Egon Eira Elsa Emre Erika "
    "Ernest Eva Fabian Fay Flora Florian Freya Gabriel Georgia Gloria Gustav Hamza Hazel Helga "
    "Henrik Hilda Idris Ilse Ines Ingrid Isak Ivo Jade Joanna Jonah Josef Judith Kai Katya Kira "
    "Konrad Lasse Laila Leonie Lionel Lorenzo Louisa Luca Lydia Maeve Manuel Margot Marius Matilda "
    "Milo Miriam Nadine Naomi Nico Noel Octavia Odin Ophelia Orson Otto Pablo Pia Piper Ramona "
    "Ravi Rhea Roland Romy Ruben Ruth Samir Sanna Saskia Silas Sven Sybil Tamara Thea Tomas Ursula "
    "Valerie Vito Willa Winston Yannick Yvonne Zara Zeno"
)
LAST_NAMES: Sequence[str] = _words(
    "Ackermann Aguilar Aldridge Alvarez Amsel Ashby Atwood Bach Banerjee Barlow Bergman Blake "
    "Bonnet Borg Brennan Bryce Cabrera Carver Chandra Clarke Colby Conti Corbin Crane Dalton Darby "
    "Demir Drake Duarte Dubois Eastman Ebert Eliot Erikson Esposito Farrell Fenwick Ferreira Finch "
    "Flores Forster Frost Gallagher Garnier Gibbs Goldberg Graf Greco Grove Hagen Hamada Harlow "
    "Hartley Heller Hendrix Hoffman Horvat Hughes Iyer Jacobs Jarvis Juarez Kato Kerr Kimura Kowal "
    "Laurent Leclerc Lehmann Lindholm Lowell Maier Malone Marsh Mendes Merrick Mishra Molina "
    "Moreau Nagy Neumann Nilsson Nolan Ocampo Oduya Ortega Palmer Parrish Pereda Pike Popov Prasad "
    "Radcliffe Reid Ricci Romero Rowan Salas Sandoval Schmitt Sheridan Sokolov Soto Strand Tamm "
    "Thorne Tremblay Turner Ueda Valdez Varga Villa Wagner Walsh Winter Yamada York Zhou"
)
TOWNS: Sequence[Town] = tuple(
    _town(entry)
    for entry in _words(
        "Akron/OH/443 Albany/NY/122 Ann_Arbor/MI/481 Asheville/NC/288 Baton_Rouge/LA/708 "
        "Birmingham/AL/352 Boulder/CO/803 Burlington/VT/054 Cedar_Rapids/IA/524 "
        "Charleston/SC/294 Chattanooga/TN/374 Dayton/OH/454 Duluth/MN/558 Durham/NC/277 "
        "Eugene/OR/974 Fargo/ND/581 Fresno/CA/937 Gainesville/FL/326 Green_Bay/WI/543 "
        "Hartford/CT/061 Knoxville/TN/379 Lansing/MI/489 Lexington/KY/405 Lincoln/NE/685 "
        "Little_Rock/AR/722 Mobile/AL/366 Norfolk/VA/235 Ogden/UT/844 Peoria/IL/616 "
        "Portland/ME/041 Reno/NV/895 Rochester/NY/146 Salem/OR/973 Savannah/GA/314 "
        "Shreveport/LA/711 Spokane/WA/992 Syracuse/NY/132 Toledo/OH/436 Topeka/KS/666 "
        "Wichita/KS/672"
    )
)
STREETS: Sequence[str] = tuple(
    name.replace("_", " ")
    for name in _words(
        "Anchor_Street Arbor_Way Badger_Lane Barley_Road Bellflower_Court Bramble_Lane "
        "Brick_Street Cobble_Lane Copper_Road Cypress_Avenue Dogwood_Drive Eagle_Road "
        "Ferry_Street Flint_Avenue Gable_Court Glen_Road Hawthorn_Street Hollow_Lane "
        "Iron_Street Jasmine_Way Kiln_Road Ledge_Drive Lilac_Court Maritime_Avenue Moss_Lane "
        "Nettle_Way Otter_Street Palm_Avenue Prairie_Road Reed_Court Ridge_Street Sable_Drive "
        "Sparrow_Lane Thistle_Road Timber_Way Union_Street Violet_Avenue Wharf_Street "
        "Wild_Rose_Lane Yarrow_Court"
    )
)
UNITS: Sequence[str] = ("Apt", "Floor", "Suite", "Unit")
BRANDS: Sequence[str] = ("visa", "mastercard")
