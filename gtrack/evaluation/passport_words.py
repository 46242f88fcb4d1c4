"""What a passport says to a person: a sentence a verdict, and what the checks cannot see."""

from __future__ import annotations

from typing import Any

from gtrack.evaluation.passport import MOVES, SILENT, Line, Passport

LEADS = {
    "supported": "Supported: the model sees something in the regions, and the map describes the "
    "model.",
    "mixed": "Mixed: a check came out between its thresholds; read the map with care.",
    "not supported": "Not supported: do not read this map as what the model bases its score on.",
    "not asked": "Not asked: nothing vouches for this map.",
}
UNSEEN = (
    "Not supported: it is not shown that the model sees anything in these regions; do not take its "
    "map for what they hold."
)
"""In the place of "not supported" where A alone is."""

CANNOT_SEE = {
    "A": "A compares regions with shuffles of the same dinucleotides: a model that goes by "
    "repeats, or by an artefact of its training data, passes too; regions that are mostly "
    "background fail whatever the model, and so does a model that goes by composition alone.",
    "B": "B says that the map describes the model, never that the model is any good: untrained "
    "models agree with their own mutagenesis, and the map of a permuted last layer can pass, "
    "because it is the same up to sign.",
    "token": "A map that is off by one base is not seen where the model reads tokens: masking "
    "tells tokens apart, not bases.",
}


def lead(passport: Passport) -> str:
    """Say what the verdict is."""
    if passport.verdict == "not supported" != passport.describes:
        return UNSEEN
    return LEADS[passport.verdict]


def sees_sentence(passport: Passport) -> str:
    """Say what A found."""
    by_name = {line.name: line for line in passport.of("A")}
    tells, alike = by_name["A1"], by_name["A2"]
    if passport.sees == "not asked":
        return f"Whether the model sees anything was not asked ({tells.reason}; {alike.reason})."
    said = []
    if tells.verdict != "not asked":
        tells_them = {"supported": "tells", "mixed": "hardly tells"}.get(
            tells.verdict, "cannot tell"
        )
        said.append(f"{tells_them} the regions from shuffles of themselves ({_value(tells)})")
    if alike.verdict != "not asked":
        how = {"supported": "alike", "mixed": "somewhat alike"}.get(alike.verdict, "unlike")
        said.append(f"explains the two strands of a window {how} ({_value(alike)})")
    return f"The model {' and '.join(said)}."


def describes_sentence(passport: Passport) -> str:
    """Say what B and its guards found."""
    (line,) = passport.of("B")
    does = "Masking a token" if passport.unit == "token" else "Changing a base"
    inexact = [each for each in passport.of("C") if each.verdict == "not supported"]
    silent = [each for each in passport.of("D") if each.verdict == "mixed"]
    if inexact:
        found = ", ".join(f"{each.name} {each.value:.2g}" for each in inexact)
        return f"The map is not what the rules say ({found}): the program or a file is at fault."
    says = {
        "supported": f"{does} moves the score as the map says",
        "mixed": f"{does} moves the score roughly as the map says",
        "not supported": f"{does} does not move the score as the map says: the map does not "
        "describe the model",
        "not asked": "Whether the map describes the model was not asked",
    }[line.verdict]
    sentence = f"{says} ({_value(line, passport.unit)})."
    if silent:
        sentence += (
            f" In {silent[0].value:.0%} of the windows nothing moves the score by {MOVES:.0%} "
            f"(more than {SILENT:.0%}): the score is saturated there, or rests on many bases, and "
            "masking or changing some says little."
        )
    return sentence


_SYMBOLS = {"A1": "AUROC", "A2": "r", "token": "r", "base": "rho"}


def _value(line: Line, unit: str = "") -> str:
    if line.verdict == "not asked":
        return line.reason
    return f"{_SYMBOLS[unit or line.name]} = {line.value:.2f} in {line.n:,} windows"


def cannot_see(passport: Passport) -> list[str]:
    """Return what the checks of this passport are blind to."""
    return [text for key, text in CANNOT_SEE.items() if key in "AB" or key == passport.unit]


def shown(passport: Passport) -> dict[str, Any]:
    """Return what pages show: words, no thresholds; part of the manifest."""
    return {
        "verdict": passport.verdict,
        "sentence": lead(passport),
        "axes": [
            {
                "name": "A",
                "asks": "the model sees something",
                "verdict": passport.sees,
                "sentence": sees_sentence(passport),
            },
            {
                "name": "B",
                "asks": "the map describes the model",
                "verdict": passport.describes,
                "sentence": describes_sentence(passport),
            },
        ],
        "cannot_see": cannot_see(passport),
    }
