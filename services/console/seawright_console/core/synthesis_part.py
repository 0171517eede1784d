"""The figures of one synthesis run, gathered for a page."""

from seawright_console.core import figures, synthesis_figures
from seawright_console.core.charts import SERIES
from seawright_console.core.funnel import reports_of, usage_rows
from seawright_console.core.report_parts import IterationRow, StreamPart, SynthesisPart
from seawright_shared.contracts.orchestrator import SynthesisReport

MOST_STREAMS = 12
"""Streams that a legend names; of more, colours alone tell nothing."""


def synthesis_part(synthesis: SynthesisReport) -> SynthesisPart:
    """Return all figures of one run; a run that has just begun has empty ones."""
    reports = reports_of(synthesis.streams)
    spec = synthesis.run.spec
    return SynthesisPart(
        caption=f"Run {synthesis.run.id}: {spec.domain}, evolution by {spec.evolution},"
        f" seed {spec.seed}.",
        legend=_legend(synthesis),
        yield_figure=figures.yield_figure(synthesis.streams),
        funnel_figure=synthesis_figures.funnel_figure(reports),
        cause_figure=synthesis_figures.causes_figure(
            synthesis_figures.causes_by_iteration(synthesis.streams)
        ),
        prediction_figure=synthesis_figures.prediction_figure(synthesis.streams),
        coverage_figure=synthesis_figures.coverage_figure(
            figures.total(report.cells for report in reports)
        ),
        attributions=synthesis_figures.attribution_rows(synthesis.streams),
        routes=synthesis_figures.route_counts(synthesis.streams),
        usage=usage_rows(reports),
        iterations=[
            IterationRow(
                stream=stream.index,
                iteration=report.iteration,
                num_candidates=report.num_candidates,
                num_accepted=report.num_accepted,
                yield_share=report.yield_share,
                num_sequences=report.num_sequences,
            )
            for stream in synthesis.streams
            for report in stream.iterations
        ],
        streams=[
            StreamPart(
                index=stream.index,
                theme=stream.plans[-1].theme if stream.plans else "",
                figure=figures.rules_figure(stream),
                reflections=stream.reflections,
                versions={plan.id: plan.version for plan in stream.plans},
            )
            for stream in synthesis.streams
        ],
    )


def _legend(synthesis: SynthesisReport) -> list[tuple[str, str]]:
    whole = [("all streams", "ink")]
    if len(synthesis.streams) > MOST_STREAMS:
        return whole
    each = [(f"stream {it.index}", SERIES[it.index % len(SERIES)]) for it in synthesis.streams]
    return [*each, *whole]
