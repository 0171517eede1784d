"""The airports that an airline serves."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Airport:
    """An airport by its IATA code."""

    iata: str
    city: str


def _read(lines: str) -> tuple[Airport, ...]:
    return tuple(Airport(line[:3], line[4:]) for line in lines.strip().splitlines())


TAU2_AIRPORTS: Sequence[Airport] = _read("""
SFO San Francisco
JFK New York
LAX Los Angeles
ORD Chicago
DFW Dallas
DEN Denver
SEA Seattle
ATL Atlanta
MIA Miami
BOS Boston
PHX Phoenix
IAH Houston
LAS Las Vegas
MCO Orlando
EWR Newark
CLT Charlotte
MSP Minneapolis
DTW Detroit
PHL Philadelphia
LGA LaGuardia
""")
"""Those of tau2-bench's data, in its order."""

AIRPORTS: Sequence[Airport] = _read("""
ABQ Albuquerque
AUS Austin
BDL Hartford
BNA Nashville
BUF Buffalo
CLE Cleveland
CMH Columbus
IND Indianapolis
JAX Jacksonville
MCI Kansas City
MEM Memphis
MKE Milwaukee
MSY New Orleans
OMA Omaha
PDX Portland
PIT Pittsburgh
RDU Raleigh
SAT San Antonio
SLC Salt Lake City
STL St. Louis
""")
"""Those of generated airlines."""
