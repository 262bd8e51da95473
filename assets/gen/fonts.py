#!/usr/bin/env python3
"""Makes assets/fonts from Inter as Debian ships it (package fonts-inter, SIL Open Font License 1.1).

Fyne cannot switch OpenType features on, so two of Inter's are made the default here: tabular figures (tnum) and the
single-storey a (cv11). Fyne spaces letters for the next whole size and draws them at the size asked for; so that 14.5 and
12.5 are spaced as they should be, the em is made larger by 15/14.5: asked for at 15, the letters are 14.5 px. Everything
but Latin is left out. Needs python3-fonttools. Run it from the repository's root.
"""

import sys

from fontTools import subset
from fontTools.ttLib import TTFont

SOURCE = "/usr/share/fonts/opentype/inter/Inter-%s.otf"
WEIGHTS = ["Regular", "Medium", "SemiBold"]
FEATURES = ["tnum", "cv11"]
RANGES = [(0x20, 0x17F), (0x1E00, 0x1EFF), (0x2000, 0x206F), (0x20A0, 0x20BF), (0x2190, 0x21FF), (0x2212, 0x2212)]


def substitutions(font, feature):
    """Returns the single substitutions of a feature as a dict of glyph names."""
    gsub = font["GSUB"].table
    found = {}
    for record in gsub.FeatureList.FeatureRecord:
        if record.FeatureTag != feature:
            continue
        for index in record.Feature.LookupListIndex:
            for table in gsub.LookupList.Lookup[index].SubTable:
                table = getattr(table, "ExtSubTable", table)
                found.update(getattr(table, "mapping", {}))
    return found


def bake(font):
    """Points the character map at the substituted glyphs."""
    swap = {}
    for feature in FEATURES:
        swap.update(substitutions(font, feature))
    for table in font["cmap"].tables:
        for code, name in table.cmap.items():
            table.cmap[code] = swap.get(name, name)


def grow_em(font):
    """Makes every size smaller by 14.5/15."""
    em = round(font["head"].unitsPerEm * 15 / 14.5)
    font["head"].unitsPerEm = em
    font["CFF "].cff.topDictIndex[0].FontMatrix = [1 / em, 0, 0, 1 / em, 0, 0]


def main():
    for weight in WEIGHTS:
        font = TTFont(SOURCE % weight)
        bake(font)
        grow_em(font)
        options = subset.Options()
        options.layout_features = ["kern", "mark", "mkmk", "ccmp", "locl"]
        options.name_IDs = ["*"]
        options.hinting = False
        cut = subset.Subsetter(options)
        cut.populate(unicodes=[c for first, last in RANGES for c in range(first, last + 1)])
        cut.subset(font)
        font.save("assets/fonts/Inter-%s.otf" % weight)
    return 0


if __name__ == "__main__":
    sys.exit(main())
