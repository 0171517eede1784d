"""POST /v1/verifications and /v1/verification-batches."""

from fastapi import APIRouter
from pydantic import ValidationError

from seawright_environment.usecases.verify_batch import VerificationOrder, VerifyBatch
from seawright_environment.usecases.verify_trajectory import VerifyTrajectory
from seawright_shared.contracts.environment import VerificationRequest, VerificationResponse
from seawright_shared.contracts.environment_sessions import (
    ItemField,
    ItemProblem,
    VerificationBatch,
    VerificationBatchRequest,
    VerificationItem,
)
from seawright_shared.errors import FieldError, InvalidRequestError, SeawrightError
from seawright_shared.records.verdicts import Verdict
from seawright_shared.web.problems import field_errors


def verification_routes(verify: VerifyTrajectory, verify_batch: VerifyBatch) -> APIRouter:
    """Return the routes."""
    router = APIRouter(prefix="/v1", tags=["verifications"])

    @router.post("/verifications", operation_id="verify_trajectory")
    async def verify_trajectory(request: VerificationRequest) -> VerificationResponse:
        """Replay the calls and judge them; stored messages can be verified again at any time."""
        return await verified(verify, request)

    @router.post("/verification-batches", operation_id="verify_batch")
    async def verify_many(request: VerificationBatchRequest) -> VerificationBatch:
        """Verify up to 1000 trajectories. Each item gets its verdict or its problem, in order."""
        orders = [_order(index, item) for index, item in enumerate(request.items)]
        found = await verify_batch(orders)
        results = [_item(index, each) for index, each in enumerate(found)]
        num_failed = sum(result.problem is not None for result in results)
        return VerificationBatch(results=results, num_failed=num_failed)

    return router


async def verified(verify: VerifyTrajectory, request: VerificationRequest) -> VerificationResponse:
    """Return the verdict as the route shows it."""
    verdict = await verify(
        request.task,
        request.messages,
        request.stop_reason,
        scoring=request.scoring,
        checker=request.checker,
        source_checker=request.source_checker,
        is_solo=request.is_solo,
    )
    return VerificationResponse(verdict=verdict)


def _order(index: int, item: object) -> VerificationOrder | SeawrightError:
    if not isinstance(item, VerificationRequest):
        try:
            item = VerificationRequest.model_validate(item)
        except ValidationError as error:
            fields = field_errors(error.errors(include_url=False), ("items", index))
            return InvalidRequestError("the item is malformed", errors=fields)
    return VerificationOrder(
        task=item.task,
        messages=item.messages,
        stop=item.stop_reason,
        scoring=item.scoring,
        checker=item.checker,
        source_checker=item.source_checker,
        is_solo=item.is_solo,
    )


def _item(index: int, found: Verdict | SeawrightError) -> VerificationItem:
    if isinstance(found, Verdict):
        return VerificationItem(verdict=found)
    prefix = f"/items/{index}"
    problem = ItemProblem(
        status=found.status,
        code=found.code,
        detail=found.detail,
        retryable=found.retryable,
        errors=[_field(error, prefix) for error in found.errors],
    )
    return VerificationItem(problem=problem)


def _field(error: FieldError, prefix: str) -> ItemField:
    is_whole = error.pointer.startswith(prefix)
    pointer = error.pointer if is_whole else prefix + error.pointer
    return ItemField(pointer=pointer, code=error.code, detail=error.detail)
