"""The settings that hubs know, with UCSC's level of support, and the form of their values.

Levels and names: "Hub Track Database Definition (v3)", genome.ucsc.edu, as of 2026.
"""

from __future__ import annotations

import re

HUB = frozenset(
    "hub shortLabel longLabel genomesFile email descriptionUrl useOneFile version level".split()
)
"""Settings of a hub's first stanza."""

GENOME = frozenset(
    """
    genome trackDb groups description twoBitPath twoBitBptUrl chromAlias chromAliasBb chromSizes
    chromAuthority organism defaultPos orderKey scientificName htmlPath transBlat blat isPcr metaDb
    metaTab taxId
    """.split()
)
"""Settings of the stanza of a genome."""

_LEVELS = {
    "required": "track type shortLabel longLabel bigDataUrl visibility",
    "base": """
    html color priority itemRgb colorByStrand spectrum autoScale maxHeightPixels viewLimits
    superTrack parent compositeTrack subGroups dimensions group
    subGroup1 subGroup2 subGroup3 subGroup4 subGroup5 subGroup6 subGroup7 subGroup8 subGroup9
    """,
    "full": """
    meta altColor boxedCfg chromosomes darkerLabels dataVersion directUrl downloadUrl iframeUrl
    iframeOptions mouseOver mouseOverField multiRegionsBedUrl otherDb pennantIcon tableBrowser url
    urlLabel urls skipEmptyFields skipFields sepFields configureByPopup origAssembly release
    refUrl bigDataIndex bamColorMode bamGrayMode aliQualRange baseQualRange bamColorTag noColorTag
    bamSkipPrintQualScore indelDoubleInsert indelQueryInsert indelPolyA minAliQual pairEndsByName
    pairSearchRange showNames doWiggle
    barChartBars barChartColors barChartLabel barChartMaxSize barChartSizeWindows barChartMetric
    barChartUnit barChartCategoryUrl barChartSampleUrl maxLimit
    denseCoverage labelOnFeature exonArrows exonNumbers scoreFilter scoreFilterLimits maxItems
    maxWindowCoverage maxWindowToDraw minGrayLevel noScoreFilter scoreMax scoreMin thickDrawItem
    searchIndex searchTrix labelFields defaultLabelFields labelSeparator bedNameLabel
    exonArrowsDense itemImagePath itemBigImagePath mergeSpannedItems linkIdInName nextExonText
    prevExonText scoreLabel showTopScorers
    linkDataUrl baseColorUseSequence baseColorDefault baseColorUseCds showDiffBasesAllScales
    interactDirectional interactUp interactMultiRegion endsVisible speciesOrder frames summary
    pValueFilter qValueFilter signalFilter
    viewLimitsMax alwaysZero graphTypeDefault maxWindowToQuery negateValues setColorWith
    smoothingWindow transformFunc windowingFunction yLineMark yLineOnOff gridDefault
    noStems lollySizeField lollyMaxSize lollyField yAxisNumLabels
    drawMode normalization resolution saturationScore showSnpWidth otherSpecies
    hapClusterEnabled hapClusterMethod hapClusterColorBy geneTrack hapClusterTreeAngle
    hapClusterHeight applyMinQual minQual minFreq vcfDoFilter vcfDoQual vcfDoMaf vcfChildSample
    vcfParentSamples vcfUseAltSampleNames
    allButtonPair centerLabelsDense dragAndDrop hideEmptySubtracks hideEmptySubtracksMultiBedUrl
    hideEmptySubtracksSourcesUrl hideEmptySubtracksLabel filterComposite dimensionAchecked
    dimensionBchecked dimensionCchecked sortOrder view viewUi configurable metaDataUrl primaryKey
    maxCheckBoxes dataTypes container aggregate showSubtrackColorOnUi
    """,
    "new": """
    logo logoMaf style otherTwoBitUrl barChartStretchToItem barChartFacets barChartStatsUrl
    singleCellColumnNames barChartMerge barChartBarMinPadding barChartBarMinWidth
    detailsStaticTable detailsDynamicTable highlightColor detailsBoxesEnabled speciesLabels
    pslSequence showCdsAllScales showCdsMaxZoom showDiffBasesMaxZoom hicDistanceMin hicDistanceMax
    hicArcLimit hicArcLimitEnabled
    """,
    "deprecated": "metadata noInherit useScore canPack extraDetailsTable extraTableFields",
}

LEVELS = {name: level for level, names in _LEVELS.items() for name in names.split()}
"""Level of every setting of a track: required, base, full, new or deprecated."""

OF_A_FIELD = frozenset(
    """
    filter filterByRange filterLimits filterText filterValues filterValuesDefault filterType
    filterLabel highlight highlightByRange highlightLimits highlightText highlightValues
    highlightValuesDefault highlightType
    """.split()
)
"""Settings that are followed by a dot and the name of a column."""

NUMBERED = frozenset({"decorator", "yAxisLabel"})
"""Settings that are followed by a dot and something else."""

TYPES = frozenset(
    """
    bam bigBarChart bigBed bigChain bigGenePred bigInteract bigLolly bigMaf bigMethyl bigNarrowPeak
    bigPsl bigRmsk bigWig cram halSnake hic longTabix vcfPhasedTrio vcfTabix
    """.split()
)
"""What the data of a hub's track can be."""

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
    "on": ("on", "useOneFile compositeTrack"),
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
    "one word": (r"\S+", "hub genome track bigDataUrl html twoBitPath chromSizes groups htmlPath"),
    "an address like name@example.org": (EMAIL, "email"),
    "CHROM:START-END": (r"\S+:\d{1,18}-\d{1,18}", "defaultPos"),
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
