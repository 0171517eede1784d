"""The catalogue of generated shops: product types, price levels, options. Our own lists."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductType:
    """A kind of product; variants are drawn from the product of its options."""

    name: str
    price: int
    """Middle of the price range, in dollars."""
    options: Mapping[str, Sequence[str]]


def _read(line: str) -> ProductType:
    name, price, *options = line.split(" | ")
    parsed = {key: values.split(", ") for key, values in (each.split(": ") for each in options)}
    return ProductType(name=name, price=int(price), options=parsed)


_LINES = """
Air Fryer | 129 | capacity: 3 quarts, 5 quarts, 8 quarts | controls: dial, touch | color: black, white, red
Area Rug | 210 | size: 5x7 ft, 6x9 ft, 8x10 ft | material: wool, jute, polypropylene | pattern: plain, striped, floral
Baby Stroller | 340 | type: single, double | frame: aluminum, steel | color: navy, grey, sand
Basketball | 38 | size: 5, 6, 7 | surface: indoor, outdoor, all-court | color: orange, brown
Bath Towel Set | 56 | pieces: 4, 6, 8 | material: cotton, bamboo | color: white, sage, charcoal
Belt | 42 | size: S, M, L, XL | material: leather, canvas | color: black, tan
Blender | 96 | power: 500 W, 900 W, 1200 W | jar: glass, plastic | color: silver, black, cream
Board Game | 47 | players: 2-4, 3-6, 4-8 | theme: trading, mystery, farming | edition: standard, deluxe
Camping Tent | 265 | capacity: 2 person, 4 person, 6 person | season: 3-season, 4-season | color: green, orange, blue
Cat Tree | 118 | height: 3 ft, 4 ft, 6 ft | material: carpet, sisal, plush | color: beige, grey
Chef Knife | 74 | blade length: 6 inch, 8 inch, 10 inch | steel: stainless, carbon | handle: wood, resin
Cutting Board | 33 | size: small, medium, large | material: bamboo, maple, rubber | shape: rectangular, round
Denim Jeans | 68 | waist: 28, 30, 32, 34, 36 | fit: slim, straight, relaxed | color: indigo, black
Dog Leash | 24 | length: 4 ft, 6 ft, 10 ft | material: nylon, leather, rope | color: red, blue, black
Duvet Cover | 89 | size: twin, queen, king | material: cotton, linen | color: white, blue, terracotta
Floor Lamp | 142 | height: 55 inch, 60 inch, 66 inch | shade: paper, linen, metal | switch: foot, dimmer
Foam Roller | 29 | length: 12 inch, 18 inch, 36 inch | density: soft, medium, firm | surface: smooth, ridged
Fountain Pen | 52 | nib: extra fine, fine, medium, broad | body: resin, metal | color: black, burgundy
Frying Pan | 61 | diameter: 8 inch, 10 inch, 12 inch | material: cast iron, stainless steel, aluminum | lid: included, none
Game Controller | 64 | connection: wired, wireless | layout: standard, compact | color: white, black, purple
Hand Drill | 134 | voltage: 12 V, 18 V, 20 V | batteries: 1, 2 | chuck: keyed, keyless
Hard Drive | 112 | storage: 1 TB, 2 TB, 4 TB | type: HDD, SSD | color: black, silver
Kayak Paddle | 155 | length: 210 cm, 220 cm, 230 cm | shaft: aluminum, fiberglass, carbon | blade: straight, angled
Lunch Box | 27 | compartments: 1, 3, 5 | material: steel, plastic, silicone | color: green, pink, grey
Microphone | 146 | connection: USB, XLR | pattern: cardioid, omni | stand: desk, boom arm
Monitor | 372 | screen: 24 inch, 27 inch, 32 inch | panel: IPS, VA, OLED | refresh rate: 60 Hz, 144 Hz
Picture Frame | 22 | size: 4x6, 5x7, 8x10, 11x14 | material: wood, metal | color: walnut, black, gold
Pillow | 39 | size: standard, queen, king | filling: down, latex, polyester | firmness: soft, medium, firm
Plant Pot | 31 | diameter: 6 inch, 8 inch, 12 inch | material: terracotta, ceramic, concrete | drainage: yes, no
Printer | 198 | technology: inkjet, laser | functions: print only, all-in-one | connection: USB, Wi-Fi, Ethernet
Projector | 618 | brightness: 500 lumens, 1500 lumens, 3000 lumens | resolution: 720p, 1080p, 4K | mount: tripod, ceiling
Rain Jacket | 124 | size: XS, S, M, L, XL | color: yellow, navy, olive | hood: fixed, detachable
Resistance Bands | 26 | set: 3 bands, 5 bands, 7 bands | material: latex, fabric | level: light, medium, heavy
Rice Cooker | 83 | capacity: 3 cups, 6 cups, 10 cups | type: basic, induction | color: white, black
Scarf | 36 | material: wool, cashmere, cotton | length: short, long | color: camel, grey, wine
Sketchbook | 18 | size: A6, A5, A4, A3 | paper: smooth, rough | binding: spiral, stitched
Sleeping Bag | 137 | rating: 50 F, 32 F, 10 F | shape: mummy, rectangular | filling: down, synthetic
Soundbar | 289 | channels: 2.0, 2.1, 5.1 | connection: HDMI, optical, Bluetooth | color: black, white
Stand Mixer | 327 | bowl: 4.5 quart, 5.5 quart, 7 quart | motor: 300 W, 500 W | color: mint, red, black
Step Ladder | 88 | steps: 2, 3, 5 | material: aluminum, steel | finish: plain, painted
Swim Goggles | 23 | lens: clear, tinted, mirrored | fit: junior, adult | strap: silicone, bungee
Telescope | 446 | aperture: 70 mm, 90 mm, 130 mm | type: refractor, reflector | mount: alt-azimuth, equatorial
Tennis Racket | 158 | weight: 260 g, 285 g, 305 g | grip size: 2, 3, 4 | string: open, dense
Toaster | 58 | slots: 2, 4 | finish: chrome, matte black, cream | width: standard, extra wide
Tool Box | 49 | size: 13 inch, 16 inch, 20 inch | material: steel, plastic | trays: 1, 2
Travel Mug | 32 | capacity: 12 oz, 16 oz, 20 oz | lid: flip, screw, slide | color: steel, teal, coral
Wallet | 45 | style: bifold, trifold, card holder | material: leather, canvas, cork | color: black, brown
Webcam | 79 | resolution: 720p, 1080p, 4K | microphone: mono, stereo | shutter: yes, no
Wi-Fi Router | 167 | standard: Wi-Fi 5, Wi-Fi 6, Wi-Fi 7 | antennas: 2, 4, 8 | color: white, black
Wool Sweater | 92 | size: S, M, L, XL | neck: crew, roll, v-neck | color: oatmeal, forest, navy
"""

PRODUCT_TYPES: Sequence[ProductType] = tuple(map(_read, _LINES.strip().splitlines()))
