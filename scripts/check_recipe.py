"""Renders conda/recipe.yaml as rattler-build does before it asks a channel: ``make recipes``."""

from __future__ import annotations

import sys
from pathlib import Path

from rattler_build import RattlerBuildError, Stage0Recipe

RECIPE = Path("conda/recipe.yaml")

try:
    rendered = Stage0Recipe.from_yaml(RECIPE.read_text()).render()
except RattlerBuildError as error:
    sys.exit(f"{RECIPE}: {error}")
for variant in rendered:
    recipe = variant.recipe
    sys.stdout.write(f"{RECIPE}: {recipe.package.name} {recipe.package.version} is well formed\n")
