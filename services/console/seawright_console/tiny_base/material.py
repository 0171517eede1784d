"""What is taught when: the mixture of drills and toy dialogues along the training."""

from random import Random

from seawright_console.tiny_base.dialogues import dialogue
from seawright_console.tiny_base.drills import Lesson, drill
from seawright_policy.wiring import Renderer, Rendering

NUM_HELD_OUT = 48


def lesson(random: Random, progress: float) -> Lesson:
    """Return one lesson of the stage: drills first, then ever longer dialogues."""
    drills = 0.8 if progress < 0.1 else 0.4 if progress < 0.3 else 0.15
    if random.random() < drills:
        return drill(random)
    size = 0.2 if progress < 0.2 else 0.5 if progress < 0.5 else 1.0
    return dialogue(random, size)


def rendered(renderer: Renderer, one: Lesson) -> Rendering:
    """Return a lesson's ids with the mask of what the assistant says."""
    return renderer.render(one.system, one.tools, one.messages)


def held_out(renderer: Renderer, seed: int) -> list[Rendering]:
    """Return dialogues of full size from another random stream than the training's."""
    random = Random(f"held out {seed}")
    return [rendered(renderer, dialogue(random, 1.0)) for _ in range(NUM_HELD_OUT)]
