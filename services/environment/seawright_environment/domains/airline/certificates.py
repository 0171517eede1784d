"""Certificates that the airline gives as a gesture."""

from pydantic import JsonValue

from seawright_environment.core.populations import seed_of
from seawright_environment.core.state import State
from seawright_environment.domains.airline.arguments import whole_number
from seawright_environment.domains.airline.models import Certificate, validated
from seawright_environment.domains.airline.state import PaymentMethod, own_user, user_of

NEW_CERTIFICATE_IDS = ("certificate_3221322", "certificate_3221323", "certificate_3221324")
FIRST_NUMBER, NUM_NUMBERS = 1_000_000, 9_000_000
"""The seven digits of a payment method's id."""


def send_certificate(state: State, user_id: str, amount: JsonValue) -> str:
    """Add a certificate, as tau2-bench does: whatever amount, and three for a user at most."""
    methods = user_of(state, user_id)["payment_methods"]
    for payment_id in NEW_CERTIFICATE_IDS:
        if payment_id not in methods:
            return _added(state, user_id, payment_id, amount)
    raise ValueError("Too many certificates")


def send_certificate_corrected(state: State, user_id: str, amount: JsonValue) -> str:
    """Add a certificate of a whole number of dollars; any number of them for a user."""
    methods = user_of(state, user_id)["payment_methods"]
    whole_number("amount", amount, at_least=1)
    number = len(methods)
    while (payment_id := _certificate_id(user_id, number)) in methods:
        number += 1
    return _added(state, user_id, payment_id, amount)


def _certificate_id(user_id: str, number: int) -> str:
    digits = seed_of("airline", "certificate", user_id, number) % NUM_NUMBERS + FIRST_NUMBER
    return f"certificate_{digits}"


def _added(state: State, user_id: str, payment_id: str, amount: JsonValue) -> str:
    fields = {"source": "certificate", "id": payment_id, "amount": amount}
    certificate = validated(Certificate, fields)
    own_user(state, user_id)["payment_methods"][payment_id] = PaymentMethod(
        source=certificate.source, id=certificate.id, amount=certificate.amount
    )
    return f"Certificate {payment_id} added to user {user_id} with amount {amount}."
