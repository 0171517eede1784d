"""POST /v1/user-turns."""

from typing import Annotated

from fastapi import APIRouter, Body
from fastapi.openapi.models import Example

from seawright_shared.contracts.user_simulator import UserTurn, UserTurnRequest
from seawright_user_simulator.core.ports import Cue
from seawright_user_simulator.usecases.play_turn import PlayTurn

EXAMPLES: dict[str, Example] = {
    "the first turn": {
        "value": {
            "scenario": {
                "persona": "plain",
                "opening": "Hi. I want to cancel order #W1234567. Reason: no longer needed.",
                "wishes": [
                    {
                        "text": "I want to cancel order #W1234567. Reason: no longer needed.",
                        "mentions": ["cancel", "#W1234567", "no longer needed"],
                    }
                ],
            },
            "messages": [{"role": "assistant", "content": "Hi! How can I help you today?"}],
        }
    }
}


def user_turn_routes(play_turn: PlayTurn) -> APIRouter:
    """Return the routes of user turns."""
    router = APIRouter(prefix="/v1", tags=["user-turns"])

    @router.post("/user-turns", operation_id="play_user_turn")
    async def play(
        request: Annotated[UserTurnRequest, Body(openapi_examples=EXAMPLES)],
    ) -> UserTurn:
        """Return the user's next message: a function of scenario, transcript and seed."""
        return await answered(play_turn, request)

    return router


async def answered(play_turn: PlayTurn, request: UserTurnRequest) -> UserTurn:
    """Return the user's turn as the route shows it."""
    reply = await play_turn(
        Cue(
            scenario=request.scenario,
            messages=request.messages,
            user=request.user,
            seed=request.seed,
        )
    )
    return UserTurn(
        message=reply.message,
        stop=reply.stop,
        slip=reply.slip,
        num_resamples=len(reply.refusals),
        resample_reasons=list(reply.refusals),
        fault=reply.fault,
    )
