# SPDX-License-Identifier: Apache-2.0
"""Clusters of variants."""

from dataclasses import dataclass
from typing import Any

from taktloom.app.analyses.records import Analysis, AnalysisInput, AnalysisOutput, OutputTable, parameter


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterParameters:
    """How many clusters."""

    clusters: int = parameter("How many; 0: as many as part the log best.", default=0, least=0, most=50)


def _clusters(source: AnalysisInput, parameters: ClusterParameters) -> AnalysisOutput:
    from taktloom.mining.explanation.clusters import cluster_variants

    found = cluster_variants(
        source.variants,
        clusters=parameters.clusters or None,
        report=lambda done, total: source.report("clustering", done, total),
    )
    rows = tuple(
        (
            each.number,
            each.cases,
            len(each.members),
            each.distance,
            each.silhouette,
            "; ".join(f"{one.activity} {one.share_inside:.0%} / {one.share_outside:.0%}" for one in each.telling),
            " > ".join(each.medoid),
        )
        for each in found.clusters
    )
    columns = ("cluster", "cases", "variants", "distance", "silhouette", "inside / outside", "most central variant")
    quality = OutputTable(
        title="Numbers of clusters",
        columns=("clusters", "silhouette"),
        rows=tuple(sorted(found.tried.items())),
    )
    table = OutputTable(title="Clusters", columns=columns, rows=rows)
    return AnalysisOutput(data=found, tables=(table, quality), notes=_REACH)


_REACH = ("A silhouette near 0 means that the cases are of one kind; near 1, that the clusters lie far apart.",)

ANALYSES: tuple[Analysis[Any], ...] = (
    Analysis(
        name="clusters",
        summary="Clusters of variants: the kinds of cases that a log mixes, each with its most central variant.",
        example="receipt.csv --timezone Europe/Amsterdam --clusters 4",
        parameters=ClusterParameters,
        run=_clusters,
    ),
)
