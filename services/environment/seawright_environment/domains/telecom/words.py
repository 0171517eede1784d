"""Names, places and models of generated carriers, none of them tau2-bench's."""

FIRST_NAMES = (
    *(
        "Adele",
        "Alonso",
        "Amira",
        "Anton",
        "Beatrix",
        "Boris",
        "Carla",
        "Cedric",
        "Dalia",
        "Dmitri",
    ),
    *("Edith", "Elias", "Farah", "Felix", "Gemma", "Gideon", "Heidi", "Hugo", "Imani", "Ismael"),
    *("Jasmin", "Joel", "Kalina", "Kofi", "Larissa", "Leon", "Magda", "Milo", "Nadia", "Nico"),
    *("Odette", "Orson", "Paloma", "Pavel", "Ramona", "Rafael", "Selma", "Silas", "Tamar", "Tomas"),
    *("Ursula", "Uri", "Vera", "Viktor", "Wanda", "Wim", "Yara", "Zeno"),
)
LAST_NAMES = (
    *("Abbott", "Aldana", "Asante", "Barlow", "Benitez", "Bjork", "Calloway", "Castellan", "Cho"),
    *("Dahl", "Delgado", "Drummond", "Eastman", "Elmore", "Falk", "Ferrara", "Gallo", "Grimaldi"),
    *("Hadley", "Hoshino", "Ibarra", "Ito", "Jansen", "Jurado", "Kessler", "Kimani", "Lindqvist"),
    *("Lozano", "Maddox", "Mbeki", "Nakano", "Novak", "Oduya", "Orlov", "Pasquale", "Petrov"),
    *("Quigley", "Quiroga", "Rask", "Romano", "Sandoval", "Sorensen", "Tanaka", "Thorne", "Ueda"),
    *("Ulrich", "Valdez", "Voss", "Wexler", "Whitlock", "Yamada", "Yusuf", "Zapata", "Zeller"),
)
STREETS = ("Alder Way", "Birch Court", "Canal Street", "Dune Road", "Elm Terrace", "Ferry Lane",
           "Granite Avenue", "Harbor Drive", "Ivy Close", "Juniper Street")  # fmt: skip
CITIES = (
    ("Portland", "OR", "972"), ("Tucson", "AZ", "857"), ("Omaha", "NE", "681"),
    ("Raleigh", "NC", "276"), ("Boise", "ID", "837"), ("Albany", "NY", "122"),
    ("Fresno", "CA", "937"), ("Tampa", "FL", "336"), ("Duluth", "MN", "558"),
    ("El Paso", "TX", "799"),
)  # fmt: skip
"""City, state, and the first digits of its zip codes."""
MODELS = {
    "phone": ("Aster 5", "Aster 5 Max", "Corvid One", "Lumen 12", "Lumen 12 Mini", "Quill S"),
    "tablet": ("Aster Pad", "Lumen Slate"),
    "watch": ("Corvid Band", "Quill Watch"),
    "router": ("Lumen Hub", "Harbor Box"),
}
