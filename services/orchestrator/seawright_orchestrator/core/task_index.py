"""What is known of a task besides its document: the columns by which tasks are found."""

from seawright_shared.records.tasks import Task


def customer_key(task: Task) -> str:
    """Name the customer within his database: seeds make different people with equal ids."""
    database = task.database
    owner = task.customer_id or task.id
    return f"{database.domain}/{database.source}/{database.seed}/{database.num_customers}/{owner}"


def goal_key(task: Task) -> str:
    """Return the goal types as one searchable text, as in `,return_items,cancel_order,`."""
    return "," + ",".join(task.goal_types) + ","
