"""`evaluate`, `learn`: how well passages are placed, and how editors make it better."""

from __future__ import annotations

import json as json_
import textwrap
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from digest.cli.context import Json, Now, at, leave, parts_of, run_of, settings_of
from digest.cli.issuing import person
from digest.cli.output import plural, table

if TYPE_CHECKING:
    from digest.classify.figures import LabelFigures
    from digest.compose.agreement import Agreement
    from digest.meaning import Notebook
    from digest.pipeline import Doubt, Evaluation, Learned, StoryEvaluation
    from digest.pipeline.learn import Score

REFUSED = 1
"""What was learned did harm, and was not kept."""


def add_to(app: typer.Typer) -> None:
    """Hang the commands into the tree."""
    app.command()(evaluate)
    app.command()(learn)


def evaluate(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="JSON lines: title or text, and label or cluster.")],
    stories: Annotated[bool, typer.Option("--stories", help="Compare stories instead of sections.")] = False,
    edition: Annotated[
        str, typer.Option("--edition", metavar="ID", help="Whose names and archive tell stories apart; else the first.")
    ] = "",
    predictions: Annotated[
        Path | None, typer.Option("--predictions", metavar="OUT", help="Write what each line was given to this file.")
    ] = None,
    json: Json = False,
) -> None:
    """Compare where passages go, or which tell one story, with what people say."""
    from digest import pipeline
    from digest.encoder import open_encoder
    from digest.meaning import notebook
    from digest.shelf import Shelf

    run = run_of(ctx, json=json)
    if edition and not stories:
        raise typer.BadParameter("--edition goes with --stories")
    lines = pipeline.read_lines(file)
    rows: list[dict[str, Any]]
    if stories:
        with parts_of(run) as parts:
            found = pipeline.evaluate_stories(parts, lines, edition)
        rows = [{"id": line.id, "cluster": found.clusters[line.id]} for line in lines]
        shown, text = stories_json(found), stories_text(found)
    else:
        settings = settings_of(run)
        weights = Shelf(settings.data / "weights").current()
        book = notebook(open_encoder(settings.semantic), weights)
        made = pipeline.evaluate(lines, settings.sections, weights, book)
        given = made.verdicts
        rows = [{"id": line.id, "label": given[line.id].section, "score": given[line.id].score} for line in lines]
        shown = evaluation_json(made, weights.fingerprint) | {"encoder": asked_json(book)}
        text = f"{evaluation_text(made)}\n{asked_text(book)}"
    if predictions is not None:
        written(predictions, rows)
    run.voice.data({"lines": len(lines), **shown}, text)


def learn(
    ctx: typer.Context,
    file: Annotated[
        Path | None,
        typer.Argument(metavar="FILE", help="JSON lines with a label each, taken as an editor's corrections."),
    ] = None,
    review: Annotated[
        int, typer.Option("--review", min=0, metavar="N", help="Show the N most doubtful passages, and learn nothing.")
    ] = 0,
    undo: Annotated[bool, typer.Option("--undo", help="Go back to the weights before the last ones.")] = False,
    now: Now = "",
    json: Json = False,
) -> None:
    """Learn from editors' corrections; kept only if no worse on what was learned before."""
    from digest import pipeline

    run = run_of(ctx, json=json)
    if sum((file is not None, bool(review), undo)) > 1:
        raise typer.BadParameter("give one of FILE, --review and --undo")
    with parts_of(run) as parts:
        if review:
            found = pipeline.doubts(parts, review, now=at(now))
            run.voice.data([doubt_json(doubt) for doubt in found], lambda: "\n".join(map(doubt_text, found)))
            return
        if undo:
            back = parts.shelf.undo()
            told = f"back to {back.fingerprint}" if back else "nothing was learned yet"
            run.voice.data({"undone": back is not None, "weights": parts.shelf.current().fingerprint}, told)
            return
        if file is not None:
            lines = pipeline.read_lines(file)
            heard = pipeline.heard(lines, parts.settings.sections, person(), at(now))
            parts.store.examples.add(heard)
            run.voice.say(f"{plural(len(heard), 'correction')} heard")
        learned = pipeline.learn(parts, now=at(now))
    run.voice.data(learned_json(learned), lambda: learned_text(learned))
    leave(REFUSED if learned.harmful else 0)


def written(path: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    """Write rows as JSON lines."""
    path.write_text("".join(json_.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")


def evaluation_json(made: Evaluation, weights: str) -> dict[str, Any]:
    """Return the figures for programs."""
    got = made.figures
    return {
        "labelled": got.lines,
        "weights": weights,
        "accuracy": rounded(got.accuracy),
        "lenient_accuracy": rounded(got.lenient),
        "macro_f1": rounded(got.macro_f1),
        "labels": {label: {**agreement_json(one), "lines": one.lines} for label, one in got.labels.items()},
        "confusion": got.confusion,
        "boilerplate": {
            **agreement_json(got.boilerplate),
            "good_lost": got.lost,
            "good": got.good,
        },
    }


def evaluation_text(made: Evaluation) -> str:
    """Return the figures for people."""
    got = made.figures
    if not got.lines:
        return "No line has a label, so there is nothing to compare"
    given = sorted({other for row in got.confusion.values() for other in row})
    rows = [
        (label, one.lines, *three(one), *(got.confusion[label].get(other, 0) for other in given))
        for label, one in got.labels.items()
    ]
    head = ("label", "lines", "precision", "recall", "F1", *(f"as {other}" for other in given))
    return (
        f"accuracy {got.accuracy:.3f}   lenient {got.lenient:.3f}   macro-F1 {got.macro_f1:.3f}   "
        f"({plural(got.lines, 'line')})\n{table(rows, head)}\n"
        f"good lines lost as boilerplate: {got.lost} of {got.good}"
    )


def asked_json(book: Notebook) -> dict[str, Any]:
    """Return what the sentence encoder was asked, or would have been, for programs."""
    why = str(book.why) if book.why else ""
    return {"name": book.name, "asked": len(book.said), "not_asked": len(book.unread), "why": why}


def asked_text(book: Notebook) -> str:
    """Return what the sentence encoder was asked, or would have been, for people."""
    if book.why is None:
        return f"sentence encoder: asked for the meaning of {plural(len(book.said), 'passage')} in doubt"
    return f"sentence encoder: would be asked of {plural(len(book.unread), 'passage')} in doubt; {book.why}"


def stories_json(found: StoryEvaluation) -> dict[str, Any]:
    """Return the agreement on stories for programs."""
    return {"stories": found.stories, "b_cubed": agreement_json(found.b_cubed), "pairs": agreement_json(found.pairs)}


def stories_text(found: StoryEvaluation) -> str:
    """Return the agreement on stories for people."""
    rows = [(name, *three(one)) for name, one in (("B-cubed", found.b_cubed), ("pairs", found.pairs))]
    stories = plural(found.stories, "story", "stories")
    return f"{stories} of {plural(len(found.clusters), 'line')}\n{table(rows, ('', 'precision', 'recall', 'F1'))}"


def three(one: Agreement | LabelFigures) -> tuple[str, str, str]:
    """Return precision, recall and F1 as a table has them."""
    return f"{one.precision:.3f}", f"{one.recall:.3f}", f"{one.f1:.3f}"


def agreement_json(one: Agreement | LabelFigures) -> dict[str, float]:
    """Return precision, recall and F1 for programs."""
    return {"precision": rounded(one.precision), "recall": rounded(one.recall), "f1": rounded(one.f1)}


def rounded(share: float) -> float:
    """Return a share to four places."""
    return round(share, 4)


def learned_json(learned: Learned) -> dict[str, Any]:
    """Return what a refit came to, for programs."""
    return {
        "kept": learned.kept,
        "reason": learned.reason,
        "corrections": learned.corrections,
        "frozen": compared(learned.frozen_before, learned.frozen_after),
        "corrected": compared(learned.corrected_before, learned.corrected_after),
        "weights": learned.weights,
        "without_encoder": str(learned.without) if learned.without else "",
    }


def compared(before: Score, after: Score) -> dict[str, float]:
    """Return two scores on the same examples."""
    return {
        "of": before.of,
        "before": before.right,
        "after": after.right,
        "chance_before": before.chance,
        "chance_after": after.chance,
    }


def learned_text(learned: Learned) -> str:
    """Return what a refit came to, for people."""
    rows = [
        (what.format(plural(before.of, one)), before.right, after.right, f"{before.chance:.3f}", f"{after.chance:.3f}")
        for what, one, before, after in (
            ("{}", "frozen example", learned.frozen_before, learned.frozen_after),
            ("{}, which it was fitted to", "correction", learned.corrected_before, learned.corrected_after),
        )
    ]
    missed = learned.without if learned.kept and learned.without and learned.without.installed else None
    told = f"\nThe sentence encoder learned nothing of it: {missed}" if missed else ""
    head = "The new weights are in force" if learned.kept else "Nothing changes"
    back = "\nBack:  digest learn --undo" if learned.kept else ""
    titles = ("right of", "before", "after", "chance of the right one before", "after")
    return f"{head}: {learned.reason}\n{table(rows, titles)}{told}{back}"


def doubt_json(doubt: Doubt) -> dict[str, Any]:
    """Return a doubtful passage as a line that `learn` takes back once its label is right."""
    placement = doubt.placement
    return {
        "article": doubt.article.url,
        "title": doubt.article.title,
        "heading": placement.passage.heading,
        "text": placement.passage.text,
        "label": placement.section,
        "score": placement.score,
        "evidence": list(placement.evidence),
    }


def doubt_text(doubt: Doubt) -> str:
    """Return a doubtful passage for people."""
    placement = doubt.placement
    text = textwrap.shorten(placement.passage.text or doubt.article.title, 160, placeholder=" …")
    return f"{placement.score:.2f}  {placement.section}  {placement.passage.heading or doubt.article.title}\n    {text}"
