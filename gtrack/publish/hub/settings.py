"""The form of the values that settings of a hub take; what is not named here is not looked at."""

from __future__ import annotations

import re

OF_A_FIELD = frozenset(
    """
    filter filterByRange filterLimits filterText filterValues filterValuesDefault filterType
    filterLabel highlight highlightByRange highlightLimits highlightText highlightValues
    highlightValuesDefault highlightType
    """.split()
)
"""Settings that are followed by a dot and the name of a column."""

EMAIL = r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*"

_NUMBER = r"[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d+)?"
_BYTE = "(25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])"
_FORMS = {
    "on or off": (
        "on|off",
        """
        logo itemRgb alwaysZero yLineOnOff gridDefault showSubtrackColorOnUi allButtonPair
        spectrum boxedCfg centerLabelsDense
        """,
    ),
    "on": ("on", "useOneFile"),
    "on or faceted": ("on|faceted", "compositeTrack"),
    "on, or on show": ("on( show)?", "superTrack"),
    "off, on or group": ("off|on|group", "autoScale"),
    "hide, dense, squish, pack or full": ("hide|dense|squish|pack|full|[0-4]", "visibility"),
    "multiWig": ("multiWig", "container"),
    "transparentOverlay, stacked, solidOverlay or none": (
        "transparentOverlay|stacked|solidOverlay|none",
        "aggregate",
    ),
    "mean, mean+whiskers, maximum or minimum": (
        r"mean|mean\+whiskers|maximum|minimum",
        "windowingFunction",
    ),
    "RED,GREEN,BLUE, each up to 255": (f"{_BYTE},{_BYTE},{_BYTE}", "color altColor"),
    "MAX:DEFAULT:MIN in pixels": (r"\d+:\d+:\d+", "maxHeightPixels"),
    "LOW:HIGH": (f"({_NUMBER}):({_NUMBER})", "viewLimits viewLimitsMax"),
    "a number": (_NUMBER, "priority yLineMark"),
    "NAME, or NAME on or off": (r"\S+( (on|off))?", "parent"),
    "KEY=VALUE ...": (r"\w+=\S+( \w+=\S+)*", "metadata"),
    "one word": (
        r"\S+",
        "hub genome track bigDataUrl html twoBitPath chromSizes chromAlias groups htmlPath "
        "metaDataUrl primaryKey",
    ),
    "an address like name@example.org": (EMAIL, "email"),
    "CHROM:START-END, or CHROM": (r"\S+", "defaultPos"),
    "a whole number": (r"\d{1,18}", "orderKey"),
}

FORMS = {
    name: (re.compile(form), words)
    for words, (form, names) in _FORMS.items()
    for name in names.split()
}
"""Setting -> the form of its value, and that form in words."""

LIMITS = re.compile(f"(?P<low>{_NUMBER})[: ](?P<high>{_NUMBER})")
"""Two numbers, as in ``viewLimits`` and after ``type bigWig``."""
