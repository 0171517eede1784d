"""What a change of a reservation costs, paid by one method of the user, as in tau2-bench."""

from seawright_environment.core.state import State
from seawright_environment.domains.airline import models
from seawright_environment.domains.airline.state import (
    Payment,
    Reservation,
    own_reservation,
    own_user,
    user_of,
)


def pay_for_update(state: State, reservation: Reservation, payment_id: str, price: float) -> None:
    """Pay the price, or refund a negative one, and note it in the reservation unless it is 0."""
    user_id = reservation["user_id"]
    methods = user_of(state, user_id)["payment_methods"]
    if payment_id not in methods:
        raise ValueError("Payment method not found")
    method = methods[payment_id]
    if method["source"] == "certificate":
        raise ValueError("Certificate cannot be used to update reservation")
    if method["source"] == "gift_card":
        assert "amount" in method
        if method["amount"] < price:
            raise ValueError("Gift card balance is not enough")
        charge(state, user_id, payment_id, price)
    if price != 0:
        # A price in broken dollars is refused here, after the gift card was charged.
        paid = models.validated(models.Payment, {"payment_id": payment_id, "amount": price})
        history = own_reservation(state, reservation["reservation_id"])["payment_history"]
        history.append(Payment(payment_id=paid.payment_id, amount=paid.amount))


def charge(state: State, user_id: str, payment_id: str, price: float) -> None:
    """Take a price from the amount that a gift card or a certificate holds."""
    method = own_user(state, user_id)["payment_methods"][payment_id]
    assert "amount" in method, f"{payment_id} holds no money"
    method["amount"] -= price
