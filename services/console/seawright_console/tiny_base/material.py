"""What is taught when: the mixture of drills and toy dialogues along the training."""

from random import Random

from seawright_console.tiny_base.dialogues import dialogue
from seawright_console.tiny_base.drills import Lesson, drill, echo
from seawright_policy.wiring import Renderer, Rendering

NUM_HELD_OUT = 48


def first_lesson(random: Random) -> Lesson:
    """Return an echo: nothing else is taught until copying has formed."""
    return Lesson(system="Drill.", messages=echo(random))


def lesson(random: Random, progress: float) -> Lesson:
    """Return one lesson of a stage after the first: drills, then ever longer dialogues."""
    drills = 0.85 if progress < 0.25 else 0.4 if progress < 0.4 else 0.15
    kind = random.random()
    if kind < 0.05:
        return first_lesson(random)
    if kind < drills:
        return drill(random)
    return dialogue(random, 0.2 if progress < 0.3 else 0.5 if progress < 0.6 else 1.0)


def rendered(renderer: Renderer, one: Lesson) -> Rendering:
    """Return a lesson's ids with the mask of what the assistant says."""
    return renderer.render(one.system, one.tools, one.messages)


def held_out(renderer: Renderer, seed: int) -> list[Rendering]:
    """Return dialogues of full size from another random stream than the training's."""
    random = Random(f"held out {seed}")  # noqa: S311
    return [rendered(renderer, dialogue(random, 1.0)) for _ in range(NUM_HELD_OUT)]
